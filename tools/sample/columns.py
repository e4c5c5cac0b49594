"""The canonical columns of every ledger kind, with their types, as the public contract lists them.

They are written out once more here, apart from the package's metadata, so that the truth of a sample is
independent of the code it is used to check.
"""

import pandas as pd

# t text, c category, d date, D date and time, m month, y year, i integer, n number, b boolean.
_FORMS: dict[str, str] = {
    "hazards": "district:t found_on:d description:t hazard_id:t premises:t premises_type:t trade:t category:t "
    "severity:c mode:c deadline:d rectified_on:d verified_on:d closed_on:d status:c responsible:t listed:b "
    "cost_wan:n inspection_id:t grid:t lon:n lat:n",
    "inspections": "district:t inspected_on:d inspection_id:t premises:t mode:c action:t inspectors:i "
    "hazards_found:i penalty_yuan:n outcome:t",
    "drills": "district:t held_on:d name:t organiser:t kind:c scope:c hazard_type:t plan:t participants:i "
    "duration_min:n evacuation_s:n evaluated:b rating:t problems:i problems_fixed:i",
    "plans": "district:t name:t kind:c hazard_type:t issued_on:d revised_on:d review_due:d",
    "incidents": "district:t occurred_on:D reported_on:D class:c type:t deaths:i missing:i serious_injuries:i "
    "injuries:i loss_wan:n affected:i evacuated:i description:t lon:n lat:n",
    "losses": "district:t event:t occurred_on:d affected:i evacuated:i houses_collapsed:i houses_damaged:i "
    "crops_ha:n loss_wan:n",
    "complaints": "district:t received_on:d channel:t topic:t answered_on:d resolved_on:d due_on:d satisfied:b",
    "disputes": "district:t found_on:d kind:t settled_on:d",
    "warnings": "district:t issued_at:D kind:t colour:c lifted_at:D",
    "duty_checks": "district:t checked_at:D on_duty:b minutes_to_answer:n",
    "weather": "district:t month:m mean_temp_c:n normal_temp_c:n rain_mm:n normal_rain_mm:n rain_days:n "
    "normal_rain_days:n sun_h:n normal_sun_h:n",
    "teams": "district:t name:t kind:t members:i equipped:b",
    "supplies": "district:t depot:t item:t quantity:n unit:t standard:n expires_on:d",
    "shelters": "district:t name:t capacity:i area_m2:n lon:n lat:n",
    "publicity": "district:t held_on:d form:t theme:t sessions:i reached:i materials:i",
    "actions": "name:t stage:t starts_on:d ends_on:d district:t done_on:d found:i closed:i",
    "schools": "district:t school:t item:t met:b veto:b term:t",
    "population": "district:t year:y residents:i households:i output_yi:n employees:i area_km2:n",
    "tasks": "district:t task:t owner:t due_on:d done_on:d source:t finding:t responsible:t",
    "projects": "district:t name:t started_on:d due_on:d done_on:d planned_wan:n spent_wan:n",
    "signings": "district:t year:y due:i signed:i",
    "models": "district:t name:t kind:t level:c awarded_on:d withdrawn_on:d",
    "experts": "district:t field:t members:i",
    "premises": "district:t name:t premises_id:t type:t trade:t address:t key:b status:c opened_on:d closed_on:d "
    "grade:t insured:b lon:n lat:n responsible:t",
    "investigations": "district:t occurred_on:D incident:t level:t opened_on:d closed_on:d measures:i "
    "measures_done:i accountable:t",
    "responses": "district:t plan:t level:c started_at:D ended_at:D",
    "relief": "district:t given_on:d event:t households:i people:i amount_wan:n",
    "reports_up": "district:t reported_at:D kind:t occurred_at:D instruction:b instruction_done_on:d",
}
COLUMNS: dict[str, dict[str, str]] = {
    kind: dict(part.split(":") for part in form.split()) for kind, form in _FORMS.items()
}
DATED: dict[str, str] = {
    "hazards": "found_on",
    "inspections": "inspected_on",
    "drills": "held_on",
    "incidents": "occurred_on",
    "losses": "occurred_on",
    "complaints": "received_on",
    "disputes": "found_on",
    "warnings": "issued_at",
    "duty_checks": "checked_at",
    "weather": "month",
    "publicity": "held_on",
    "actions": "starts_on",
    "population": "year",
    "tasks": "due_on",
    "investigations": "occurred_on",
    "responses": "started_at",
    "relief": "given_on",
    "reports_up": "reported_at",
}
_DTYPES = {
    "t": "str",
    "c": "str",
    "d": "datetime64[us]",
    "D": "datetime64[us]",
    "m": "datetime64[us]",
    "y": "Int64",
    "i": "Int64",
    "n": "float64",
    "b": "boolean",
}
PLACE = {"source_file": "str", "source_sheet": "str", "source_row": "Int64"}


def type_frame(kind: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Give a frame all canonical columns of its kind, in order and typed, with `district_code` after them.

    Further columns are kept as they are, behind.
    """
    forms = COLUMNS[kind]
    data = {
        name: _cast(frame[name], form)
        if name in frame
        else pd.Series(pd.NA, frame.index, dtype=_DTYPES[form])
        for name, form in forms.items()
    }
    rest = [name for name in frame.columns if name not in forms]
    return pd.DataFrame(data | {name: frame[name] for name in rest}, index=frame.index)


def _cast(series: pd.Series, form: str) -> pd.Series:
    dtype = _DTYPES[form]
    if dtype.startswith("datetime"):
        return pd.to_datetime(series).dt.as_unit("us")
    if dtype == "Int64" and series.dtype != "Int64":
        return series.astype("float64").round().astype("Int64")
    return pd.Series(series, dtype=pd.api.types.pandas_dtype(dtype))

"""The single source of fields, ledgers, facts, words and rules, as YAML, and their readers."""

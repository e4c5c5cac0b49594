"""The single source of fields, ledgers, facts, words and rules: YAML files and their readers."""

"""What measures: time, memory, growth, and whether the statistics keep their word. Not shipped."""

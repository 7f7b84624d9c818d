"""The GitHub Action: inputs from the environment; outputs, summary and annotations to the runner's files and log."""

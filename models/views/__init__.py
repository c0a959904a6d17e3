"""What can be asked about a network: one file per question, each with its Params, its Result and a function."""

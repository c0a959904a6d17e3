"""The labs, a file each: Params, Result and `run`, what the page of the same name shows and its API returns."""

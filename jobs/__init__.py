"""When things happen: a ticking clock that asks the data what is due."""

"""A stand-in for the China E-Port card client on a clerk's machine, with demonstration cards. Never for production."""

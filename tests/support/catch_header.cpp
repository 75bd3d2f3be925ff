// Here so that Catch2's header is pre-compiled once, for every test program.

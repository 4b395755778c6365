"""The product from outside: the command line, real mail and real HTTP on loopback."""

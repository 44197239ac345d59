// The main function of every test binary. CAF 0.17.6 needs no global set-up: message types
// are added to each actor system's configuration by the fixture that makes it.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

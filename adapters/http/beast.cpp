// Boost.Beast, compiled once: every file that uses it is built with
// BOOST_BEAST_SEPARATE_COMPILATION.

#include <boost/beast/src.hpp>

// Boost.Asio, compiled once: every file that uses it is built with BOOST_ASIO_SEPARATE_COMPILATION.

#include <boost/asio/impl/src.hpp>

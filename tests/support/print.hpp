#pragma once

#include "messages/protocol/inspect.hpp"
#include "messages/result.hpp"

#include <string>

#include <caf/deep_to_string.hpp>
#include <caf/detail/stringification_inspector.hpp>
#include <caf/detail/type_traits.hpp>
#include <doctest/doctest.h>

// Lets doctest print messages, and results with messages, when a comparison fails.
namespace doctest {

template <class T>
requires caf::detail::is_inspectable<caf::detail::stringification_inspector,
  T>::value struct StringMaker<T> {
  static String convert(const T& x) { return caf::deep_to_string(x).c_str(); }
};

template <class T>
struct StringMaker<copal::result<T>> {
  static String convert(const copal::result<T>& x) {
    return x ? toString(*x) : String{("error: " + to_string(x.error())).c_str()};
  }
};

} // namespace doctest

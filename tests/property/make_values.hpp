#pragma once

#include "tests/property/make.hpp"

#include <utility>
#include <vector>

/// How makers of fields draw. Values are other than the defaults, and valid on each engine.
namespace copal::property {

using source = test::random_source;

template <class... T>
value one_of(source& chance, T... choices) {
  const value all[] = {value{choices}...};
  return all[chance.below(sizeof...(choices))];
}

/// Some of them, one at least, in their order: other values are other meanings.
inline value some_of(source& chance, const std::vector<value>& pool) {
  value::list_type out;
  while (out.empty()) {
    for (const auto& x : pool) {
      if (chance.percent(40))
        out.push_back(x);
    }
  }
  return out;
}

inline value flag(source&, const situation&) {
  return true;
}

// The two parts of `fields()`.
std::span<const field> process_fields();
std::span<const field> machine_fields();

} // namespace copal::property

#pragma once

#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>

#include <caf/detail/stringification_inspector.hpp>
#include <caf/error.hpp>
#include <caf/none.hpp>
#include <caf/sec.hpp>

// CAF 0.17.6 knows neither std::optional nor std::variant. The overloads stand in CAF's namespace,
// where its inspectors find them.
namespace caf {

namespace copal_detail {

/// A type-erased call of the inspector on one alternative of a variant, while reading.
template <class I, class V, std::size_t... Is>
error load_alternative(I& f, V& x, std::size_t index, std::index_sequence<Is...>) {
  error result = sec::invalid_argument;
  auto try_one = [&](auto position) {
    if (index != position())
      return;
    std::variant_alternative_t<position(), V> alternative{};
    result = f(alternative);
    x = std::move(alternative);
  };
  (try_one(std::integral_constant<std::size_t, Is>{}), ...);
  return result;
}

} // namespace copal_detail

template <class I, class T>
typename I::result_type inspect(I& f, std::optional<T>& x) {
  if constexpr (std::is_same_v<typename I::result_type, void>) {
    if (x)
      f(*x);
    else
      f(none);
  } else if constexpr (I::reads_state) {
    bool there = x.has_value();
    if (auto err = f(there))
      return err;
    return there ? f(*x) : typename I::result_type{};
  } else {
    bool there = false;
    if (auto err = f(there))
      return err;
    if (!there) {
      x.reset();
      return {};
    }
    x.emplace();
    return f(*x);
  }
}

template <class I>
typename I::result_type inspect(I& f, std::monostate&) {
  return f();
}

template <class I, class... Ts>
typename I::result_type inspect(I& f, std::variant<Ts...>& x) {
  if constexpr (std::is_same_v<typename I::result_type, void>) {
    std::visit([&f](auto& alternative) { f(alternative); }, x);
  } else if constexpr (I::reads_state) {
    auto index = static_cast<std::uint8_t>(x.index());
    if (auto err = f(index))
      return err;
    return std::visit([&f](auto& alternative) { return f(alternative); }, x);
  } else {
    std::uint8_t index = 0;
    if (auto err = f(index))
      return err;
    return copal_detail::load_alternative(f, x, index, std::index_sequence_for<Ts...>{});
  }
}

namespace detail {
using caf::inspect;
} // namespace detail

} // namespace caf

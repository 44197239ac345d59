#pragma once

#include "messages/model/secret.hpp"
#include "messages/model/value.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeindex>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>

#include <caf/actor_control_block.hpp>
#include <caf/error.hpp>
#include <caf/intrusive_ptr.hpp>

namespace copal::test {

/// What secrets are filled with: it must not be seen in any print.
inline constexpr std::string_view canary = "canary-that-nobody-may-see";

/// Gives every leaf of a message a value other than its default, and other than its neighbours'. An
/// inspector like CAF's deserializers, so that a new field is filled without a word here.
/// Containers get one or two entries, optionals a value, variants one alternative after the other.
class filler {
public:
  using result_type = caf::error;
  static constexpr bool reads_state = false;
  static constexpr bool writes_state = true;

  template <class... Ts>
  result_type operator()(Ts&&... xs) {
    (fill(xs), ...);
    return {};
  }

  template <class T>
  void fill(T& x) {
    if constexpr (std::is_same_v<T, bool>)
      x = !x;
    else if constexpr (std::is_enum_v<T>)
      x = static_cast<T>(x == static_cast<T>(1) ? 2 : 1);
    else if constexpr (std::is_arithmetic_v<T>)
      x = number<T>();
    else
      inspect(*this, x);
  }

  void fill(std::string& x) {
    x = "text " + std::to_string(++count_);
    if (in_document_ > 0)
      x += canary;
  }

  void fill(secret& x) { x = secret{std::string{canary} + std::to_string(++count_)}; }

  /// A document may hold secrets anywhere.
  void fill(value& x) {
    ++in_document_;
    inspect(*this, x);
    --in_document_;
  }

  void fill(caf::strong_actor_ptr&) {}

  template <class R, class P>
  void fill(std::chrono::duration<R, P>& x) {
    x = std::chrono::duration<R, P>{number<R>()};
  }

  template <class C, class D>
  void fill(std::chrono::time_point<C, D>& x) {
    D since{};
    fill(since);
    x = std::chrono::time_point<C, D>{since};
  }

  template <class T>
  void fill(std::optional<T>& x) {
    fill(x.emplace());
  }

  template <class T>
  void fill(std::vector<T>& xs) {
    xs.clear();
    for (std::size_t i = entries(); i > 0; --i)
      fill(xs.emplace_back());
  }

  template <class T>
  void fill(std::set<T>& xs) {
    xs.clear();
    for (std::size_t i = entries(); i > 0; --i) {
      T x{};
      fill(x);
      xs.insert(std::move(x));
    }
  }

  template <class K, class V>
  void fill(std::map<K, V>& xs) {
    xs.clear();
    for (std::size_t i = entries(); i > 0; --i) {
      K k{};
      fill(k);
      fill(xs[std::move(k)]);
    }
  }

  template <class... Ts>
  void fill(std::variant<Ts...>& x) {
    auto& seen = alternatives_[typeid(x)];
    seen.all = sizeof...(Ts);
    // A document's inner nodes would grow without an end.
    const bool deep = in_document_ > 2;
    const auto index = seen.next++ % (deep ? std::size_t{5} : sizeof...(Ts));
    seen.chosen.insert(index);
    choose(x, index, std::index_sequence_for<Ts...>{});
  }

  /// Variants of which not every alternative was chosen yet.
  [[nodiscard]] std::vector<std::string> not_covered() const {
    std::vector<std::string> names;
    for (const auto& [type, seen] : alternatives_) {
      if (seen.chosen.size() < seen.all)
        names.emplace_back(type.name());
    }
    return names;
  }

private:
  struct coverage {
    std::size_t all = 0;
    std::size_t next = 0;
    std::set<std::size_t> chosen;
  };

  template <class T>
  T number() {
    // Small enough for every type; 0 and 1 are the usual defaults.
    return static_cast<T>(2 + ++count_ % 100);
  }

  std::size_t entries() { return 1 + ++count_ % 2; }

  template <class V, std::size_t... Is>
  void choose(V& x, std::size_t index, std::index_sequence<Is...>) {
    auto one = [&](auto position) {
      if (index != position())
        return;
      std::variant_alternative_t<position(), V> alternative{};
      fill(alternative);
      x.template emplace<position()>(std::move(alternative));
    };
    (one(std::integral_constant<std::size_t, Is>{}), ...);
  }

  void fill(std::monostate&) {}

  std::size_t count_ = 0;
  int in_document_ = 0;
  std::map<std::type_index, coverage> alternatives_;
};

} // namespace copal::test

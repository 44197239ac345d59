#include "actors/planning/foresee/snapshot.hpp"

#include "actors/planning/foresee/snapshot_names.hpp"

#include <optional>
#include <type_traits>
#include <utility>

namespace copal::planning {

namespace {

using snapshot_parts::names_of;
using snapshot_parts::version_name;

/// How a key of a map is spelled.
std::string key_text(const std::string& key) {
  return key;
}
template <class Tag>
std::string key_text(const text_id<Tag>& key) {
  return key.value;
}
template <class Tag>
std::string key_text(const number_id<Tag>& key) {
  return std::to_string(key.value);
}

// Writing. Members of a struct come from its `inspect`, which wants them changeable.

template <class T>
value written(T& x);

template <class T>
struct member_writer {
  using result_type = bool;
  static constexpr bool reads_state = true;
  static constexpr bool writes_state = false;

  value::map_type out;

  template <class... Ts>
  bool operator()(Ts&... members) {
    static_assert(sizeof...(Ts) == names_of<T>::list.size(),
      "a member has no name: add it to snapshot_names.hpp, and count the form's version up");
    std::size_t at = 0;
    (out.push_back({std::string{names_of<T>::list[at++]}, written(members)}), ...);
    return true;
  }
};

/// Which way each kind of member is written and read.
template <class T>
struct form {
  static value write(T& x) {
    if constexpr (std::is_same_v<T, bool>) {
      return x;
    } else if constexpr (std::is_enum_v<T>) {
      return to_string(x);
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<std::int64_t>(x);
    } else {
      member_writer<T> members;
      inspect(members, x);
      return std::move(members.out);
    }
  }
};

template <>
struct form<std::string> {
  static value write(std::string& x) { return x; }
};

template <>
struct form<secret> {
  static value write(secret& x) { return x.reveal(); }
};

template <class Tag>
struct form<text_id<Tag>> {
  static value write(text_id<Tag>& x) { return x.value; }
};

template <class Tag>
struct form<number_id<Tag>> {
  static value write(number_id<Tag>& x) { return x.value; }
};

template <class R, class P>
struct form<std::chrono::duration<R, P>> {
  static value write(std::chrono::duration<R, P>& x) {
    return static_cast<std::int64_t>(x.count());
  }
};

template <class C, class D>
struct form<std::chrono::time_point<C, D>> {
  static value write(std::chrono::time_point<C, D>& x) {
    return static_cast<std::int64_t>(x.time_since_epoch().count());
  }
};

template <class T>
struct form<std::optional<T>> {
  static value write(std::optional<T>& x) { return x ? written(*x) : value{}; }
};

template <class T>
struct form<std::vector<T>> {
  static value write(std::vector<T>& xs) {
    value::list_type out;
    for (auto& x : xs)
      out.push_back(written(x));
    return out;
  }
};

template <class T>
struct form<std::set<T>> {
  static value write(std::set<T>& xs) {
    value::list_type out;
    for (auto x : xs)
      out.push_back(written(x));
    return out;
  }
};

template <class K, class V>
struct form<std::map<K, V>> {
  static value write(std::map<K, V>& xs) {
    value::map_type out;
    for (auto& [key, x] : xs)
      out.push_back({key_text(key), written(x)});
    return out;
  }
};

template <class T>
value written(T& x) {
  return form<T>::write(x);
}

} // namespace

value write_snapshot(const snapshot& what) {
  auto copy = what;
  value out;
  out.set(version_name, value{snapshot_version});
  auto body = written(copy);
  for (auto& [name, x] : *body.as_map())
    out.set(name, std::move(x));
  return out;
}

} // namespace copal::planning

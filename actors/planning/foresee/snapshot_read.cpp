#include "actors/planning/foresee/snapshot.hpp"
#include "actors/planning/foresee/snapshot_names.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

namespace copal::planning {

namespace {

using snapshot_parts::names_of;
using snapshot_parts::version_name;

/// More than any enumeration has; none has a gap but errc, which begins at 1.
constexpr int most_enumerators = 32;

/// Where the reading stands, and the first thing that was wrong.
class reader {
public:
  template <class T>
  void read(const value& v, T& x) {
    if (!failed_)
      take(v, x);
  }

  /// One level down, for the time of a call.
  template <class T>
  void read_below(const std::string& name, const value& v, T& x) {
    const auto length = path_.size();
    path_ += name;
    read(v, x);
    path_.resize(length);
  }

  void refuse(const std::string& why) {
    if (!failed_)
      failed_ = (path_.empty() ? "the snapshot" : path_) + ": " + why;
  }
  void refuse_kind(const value& v, std::string_view expected) {
    refuse("expected " + std::string{expected} + ", got " + std::string{to_string(v.what())});
  }

  [[nodiscard]] const std::optional<std::string>& failed() const { return failed_; }
  [[nodiscard]] bool at_top() const { return path_.empty(); }

private:
  template <class T>
  void take(const value& v, T& x) {
    if constexpr (std::is_same_v<T, bool>) {
      if (const auto* found = v.as_bool())
        x = *found;
      else
        refuse_kind(v, "true or false");
    } else if constexpr (std::is_enum_v<T>) {
      take_enumerator(v, x);
    } else if constexpr (std::is_integral_v<T>) {
      take_number(v, x);
    } else {
      take_members(v, x);
    }
  }

  template <class T>
  void take_number(const value& v, T& x) {
    const auto* found = v.as_integer();
    if (found == nullptr)
      return refuse_kind(v, "an integer");
    if (!std::in_range<T>(*found))
      return refuse("the number is out of range");
    x = static_cast<T>(*found);
  }

  template <class T>
  void take_enumerator(const value& v, T& x) {
    const auto* text = v.as_text();
    if (text == nullptr)
      return refuse_kind(v, "a word");
    // What is no enumerator prints like the last number of all.
    const auto none = to_string(static_cast<T>(std::numeric_limits<std::uint8_t>::max()));
    std::string words;
    for (int i = 0; i < most_enumerators; ++i) {
      const auto word = to_string(static_cast<T>(i));
      if (word == none)
        continue;
      if (word == *text) {
        x = static_cast<T>(i);
        return;
      }
      words += (words.empty() ? "" : ", ") + word;
    }
    refuse("expected one of " + words);
  }

  template <class T>
  void take_members(const value& v, T& x);

  void take(const value& v, std::string& x) {
    if (const auto* found = v.as_text())
      x = *found;
    else
      refuse_kind(v, "text");
  }

  void take(const value& v, secret& x) {
    std::string text;
    take(v, text);
    x = secret{std::move(text)};
  }

  template <class Tag>
  void take(const value& v, text_id<Tag>& x) {
    take(v, x.value);
  }
  template <class Tag>
  void take(const value& v, number_id<Tag>& x) {
    take(v, x.value);
  }

  template <class R, class P>
  void take(const value& v, std::chrono::duration<R, P>& x) {
    R count = 0;
    take(v, count);
    x = std::chrono::duration<R, P>{count};
  }
  template <class C, class D>
  void take(const value& v, std::chrono::time_point<C, D>& x) {
    D since{};
    take(v, since);
    x = std::chrono::time_point<C, D>{since};
  }

  template <class T>
  void take(const value& v, std::optional<T>& x) {
    if (v.is_null())
      return x.reset();
    T found{};
    take(v, found);
    x = std::move(found);
  }

  template <class T>
  void take(const value& v, std::vector<T>& xs) {
    const auto* items = v.as_list();
    if (items == nullptr)
      return refuse_kind(v, "a list");
    xs.clear();
    for (const auto& item : *items) {
      T x{};
      read_below('[' + std::to_string(xs.size()) + ']', item, x);
      if (failed_)
        return;
      xs.push_back(std::move(x));
    }
  }

  template <class T>
  void take(const value& v, std::set<T>& xs) {
    std::vector<T> items;
    take(v, items);
    xs = {items.begin(), items.end()};
    if (!failed_ && xs.size() != items.size())
      refuse("an entry stands twice");
  }

  template <class K, class V>
  void take(const value& v, std::map<K, V>& xs) {
    const auto* members = v.as_map();
    if (members == nullptr)
      return refuse_kind(v, "a map");
    xs.clear();
    for (const auto& [name, item] : *members) {
      K key{};
      if (!take_key(name, key))
        return refuse("expected integers as keys");
      V x{};
      read_below('[' + name + ']', item, x);
      if (failed_)
        return;
      xs[std::move(key)] = std::move(x);
    }
  }

  static bool take_key(const std::string& name, std::string& key) {
    key = name;
    return true;
  }
  template <class Tag>
  static bool take_key(const std::string& name, text_id<Tag>& key) {
    key.value = name;
    return true;
  }
  template <class Tag>
  static bool take_key(const std::string& name, number_id<Tag>& key) {
    const auto* end = name.data() + name.size();
    const auto [stopped, wrong] = std::from_chars(name.data(), end, key.value);
    return wrong == std::errc{} && stopped == end;
  }

  std::string path_;
  std::optional<std::string> failed_;
};

template <class T>
struct member_reader {
  using result_type = bool;
  static constexpr bool reads_state = false;
  static constexpr bool writes_state = true;

  reader& to;
  const value& from;

  template <class... Ts>
  bool operator()(Ts&... members) {
    static_assert(sizeof...(Ts) == names_of<T>::list.size());
    std::size_t at = 0;
    (one(names_of<T>::list[at++], members), ...);
    return true;
  }

  template <class Member>
  void one(std::string_view name, Member& member) {
    const auto below = (to.at_top() ? "" : ".") + std::string{name};
    if (const auto* found = from.find(name))
      to.read_below(below, *found, member);
    else
      to.refuse('"' + std::string{name} + "\" is missing");
  }
};

template <class T>
void reader::take_members(const value& v, T& x) {
  const auto* members = v.as_map();
  if (members == nullptr)
    return refuse_kind(v, "a map");
  constexpr const auto& names = names_of<T>::list;
  for (const auto& [name, ignored] : *members) {
    const auto is_version = at_top() && name == version_name;
    if (!is_version && std::find(names.begin(), names.end(), name) == names.end())
      return refuse('"' + name + "\" is a field that this version of Copal does not know");
  }
  member_reader<T> all{*this, v};
  inspect(all, x);
}

} // namespace

result<snapshot> read_snapshot(const value& doc) {
  const auto* version = doc.find(version_name);
  if (version == nullptr || version->as_integer() == nullptr)
    return fail(errc::invalid_input,
      std::string{version_name} + ": there is no such number; this is no state that was saved by "
        + "`copal plan --save-current`");
  if (*version->as_integer() != snapshot_version)
    return fail(errc::invalid_input,
      std::string{version_name} + ": expected " + std::to_string(snapshot_version) + ", got "
        + std::to_string(*version->as_integer())
        + "; another version of Copal saved this: save it anew");
  snapshot out;
  reader in;
  in.read(doc, out);
  if (in.failed())
    return fail(errc::invalid_input, *in.failed());
  return out;
}

} // namespace copal::planning

#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace copal {

struct value_member;

/// A piece of foreign data (JSON, YAML, a database row) after its bytes were understood and before
/// its meaning is. Maps keep the order of their source, since for some fields it matters (the first
/// network of a service is its network mode). Each node knows the line it came from.
class value {
public:
  using list_type = std::vector<value>;
  using map_type = std::vector<value_member>;

  enum class kind : std::uint8_t { null, boolean, integer, real, text, list, map };

  value() = default;
  value(bool x);
  value(int x);
  value(std::int64_t x);
  value(double x);
  value(std::string x);
  value(std::string_view x);
  value(const char* x);
  value(list_type x);
  value(map_type x);

  /// Builds a map: `value::map({{"image", "alpine"}, {"tty", true}})`.
  static value map(std::initializer_list<value_member> members);
  /// Builds a list: `value::list({"a", "b"})`.
  static value list(std::initializer_list<value> items);

  [[nodiscard]] kind what() const noexcept { return static_cast<kind>(data_.index()); }
  [[nodiscard]] bool is(kind k) const noexcept { return what() == k; }
  [[nodiscard]] bool is_null() const noexcept { return is(kind::null); }

  // Null unless the node is of that kind.
  [[nodiscard]] const bool* as_bool() const noexcept { return std::get_if<bool>(&data_); }
  [[nodiscard]] const std::int64_t* as_integer() const noexcept {
    return std::get_if<std::int64_t>(&data_);
  }
  [[nodiscard]] const double* as_real() const noexcept { return std::get_if<double>(&data_); }
  [[nodiscard]] const std::string* as_text() const noexcept {
    return std::get_if<std::string>(&data_);
  }
  [[nodiscard]] const list_type* as_list() const noexcept { return std::get_if<list_type>(&data_); }
  [[nodiscard]] const map_type* as_map() const noexcept { return std::get_if<map_type>(&data_); }
  [[nodiscard]] list_type* as_list() noexcept { return std::get_if<list_type>(&data_); }
  [[nodiscard]] map_type* as_map() noexcept { return std::get_if<map_type>(&data_); }

  /// The member of that name; null when this is not a map or has none. The last one wins where a
  /// source names a key twice.
  [[nodiscard]] const value* find(std::string_view key) const noexcept;

  /// Sets a member of a map (a null becomes a map first), in place when the key is there.
  void set(std::string_view key, value v);

  /// The line of the source this node began on, counted from 1; 0 when unknown.
  [[nodiscard]] int line() const noexcept { return line_; }
  value& at_line(int n) noexcept {
    line_ = n;
    return *this;
  }

  /// Equal data; lines are not compared.
  friend bool operator==(const value& a, const value& b);

  template <class I>
  friend typename I::result_type inspect(I& f, value& x) {
    return f(x.data_, x.line_);
  }

private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, list_type, map_type> data_;
  int line_ = 0;
};

struct value_member {
  std::string key;
  value val;

  bool operator==(const value_member&) const = default;
};

// Below the member type, which clang wants whole before it copies or compares a value.
inline value::value(bool x) : data_(x) {}
inline value::value(int x) : data_(std::int64_t{x}) {}
inline value::value(std::int64_t x) : data_(x) {}
inline value::value(double x) : data_(x) {}
inline value::value(std::string x) : data_(std::move(x)) {}
inline value::value(std::string_view x) : data_(std::string{x}) {}
inline value::value(const char* x) : data_(std::string{x}) {}
inline bool operator==(const value& a, const value& b) {
  return a.data_ == b.data_;
}

template <class I>
typename I::result_type inspect(I& f, value_member& x) {
  return f(x.key, x.val);
}

/// Prints for people: the shape with its scalars, keys named like secrets' (environment values)
/// included, so it is for tests and error texts of single scalars, never for logs of documents.
std::string debug_string(const value& v);

/// Prints only the outline of a document (kinds and sizes): values may hold secrets.
std::string to_string(const value& v);

/// "text", "list" ...: for error messages ("expected a list, got text").
std::string_view to_string(value::kind k);

} // namespace copal

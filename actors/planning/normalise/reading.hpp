#pragma once

#include "messages/model/target.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// How a document is read: value by value, each knowing where it stands. A value that cannot be
/// read is refused, gives a default, and the reading goes on; at the end one refusal is enough to
/// reject the whole document.
namespace copal::planning {

/// What a reading finds out beside the content.
struct findings {
  dialect form = dialect::cloud_v3;
  std::string origin;
  std::vector<std::string> problems; ///< Any of these rejects the document.
  std::vector<std::string> warnings;
};

struct named_node;

/// A value and its place in the document.
class node {
public:
  /// The root of a document; both must outlive all nodes under it.
  node(const value& v, findings& found);

  /// The same value, as the beginning of somebody's fields: "service web".
  [[nodiscard]] node of(std::string_view owner) const;
  /// The same value, but its text is shown to nobody.
  [[nodiscard]] node hidden() const;

  [[nodiscard]] const value& raw() const noexcept { return *value_; }
  [[nodiscard]] bool is(value::kind k) const noexcept { return value_->is(k); }
  [[nodiscard]] bool is_null() const noexcept { return value_->is_null(); }
  /// True in a compose file, where what is not supported is refused instead of ignored.
  [[nodiscard]] bool strict() const noexcept { return findings_->form == dialect::compose; }

  /// A member of a map; nothing when it is absent or null. The cloud may spell `network_mode` as
  /// `networkMode`.
  [[nodiscard]] std::optional<node> get(std::string_view key) const;
  /// A member of a map, null or not; nothing when it is absent.
  [[nodiscard]] std::optional<node> find(std::string_view key) const;
  /// All members, nulls too, in the order of the source; none, and a refusal, when it is no map.
  [[nodiscard]] std::vector<named_node> members() const;
  /// The items of a list; none, and a refusal, when it is no list.
  [[nodiscard]] std::vector<node> items() const;
  /// The items of a list, or the value itself when it is a single one.
  [[nodiscard]] std::vector<node> items_or_self() const;

  // Scalars; what is something else is refused and gives an empty value.
  [[nodiscard]] std::string text() const;        ///< A text, or an integer in digits.
  [[nodiscard]] std::string scalar_text() const; ///< Also a number or a boolean.
  [[nodiscard]] bool boolean() const;            ///< In a compose file also as text.
  [[nodiscard]] std::int64_t integer() const;    ///< Also a whole number in digits.

  /// Found what stands here; expected something else.
  void refuse(std::string_view expected) const;
  /// Refuses for a reason that is not the form of the value.
  void reject(std::string_view why) const;
  void warn(std::string_view what) const;
  /// Understood, but not done: a warning for the cloud, a refusal with advice for a compose file.
  void unsupported(std::string_view what, std::string_view advice) const;

private:
  node child(const value& v, std::string field) const;
  [[nodiscard]] std::string place() const;
  [[nodiscard]] std::string shown() const;

  const value* value_;
  findings* findings_;
  std::string owner_; ///< "app web, service db"
  std::string field_; ///< "networks.front.aliases[0]"
  int line_ = 0;      ///< Of the nearest value that has one.
  bool hidden_ = false;
};

struct named_node {
  std::string name;
  node val;
};

/// `networkMode` as `network_mode`.
std::string snake_case(std::string_view key);

/// Tells of the members of a map that are not in `known`: one warning for the cloud, a refusal each
/// for a compose file. Members that begin with `x-` are free in both.
void check_members(
  const node& map, const std::vector<std::string_view>& known, std::string_view whose);

/// A field that is known and not supported, and what its author can do instead.
struct refused_field {
  std::string_view name;
  std::string_view advice;
};

/// The same; a compose file's author is advised on the fields in `refused`.
void check_members(const node& map,
  std::vector<std::string_view> known,
  std::span<const refused_field> refused,
  std::string_view whose);

} // namespace copal::planning

#pragma once

#include "messages/result.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

/// The engine API's wire format: pure functions between its JSON texts and the model.
namespace copal::engine_wire {

using json = nlohmann::json;

/// Bounds on a document beyond its length: a text of brackets or commas needs far more memory as a
/// tree than as a text.
struct json_bounds {
  std::size_t depth = 64;
  std::size_t items = 1'000'000;
};

/// Reads one JSON text. `corrupt` when it is not JSON (the text itself is never quoted: it may hold
/// secrets), `exhausted` beyond the bounds.
result<json> parse_json(std::string_view text, const json_bounds& bounds = {});

class json_node;

/// One reading of a document. The first thing that is not as expected is kept, with its path; what
/// is read after it has default values, so that decoders are straight lines.
class json_reader {
public:
  explicit json_reader(const json& document) : document_(document) {}
  json_reader(const json_reader&) = delete;
  json_reader& operator=(const json_reader&) = delete;

  [[nodiscard]] json_node root();

  /// Records that the value at `at` is not `expected`.
  void complain(const json& at, std::string_view expected);
  /// Records that the map `holder` lacks the member `key`.
  void miss(const json& holder, std::string_view key);

  /// The value when nothing was amiss, or what was.
  template <class T>
  result<T> finish(T value) {
    if (first_)
      return fail(std::move(*first_));
    return value;
  }

private:
  std::optional<error> first_;
  const json& document_;
};

/// A value of the document, or the place where it would be. Null and absent are the same, and read
/// as the default: the engine leaves out, or shows as null, what is empty.
class json_node {
public:
  json_node(json_reader& reader, const json* at, const json* holder, std::string_view key)
    : reader_(&reader),
      at_(at),
      holder_(holder),
      key_(key) {}

  [[nodiscard]] bool absent() const;
  [[nodiscard]] json_node operator[](std::string_view member) const;
  /// Complains when absent.
  [[nodiscard]] json_node required() const;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool boolean(bool otherwise = false) const;
  [[nodiscard]] std::int64_t integer(std::int64_t otherwise = 0,
    std::int64_t low = std::numeric_limits<std::int64_t>::min(),
    std::int64_t high = std::numeric_limits<std::int64_t>::max()) const;
  [[nodiscard]] std::vector<json_node> items() const;
  [[nodiscard]] std::vector<std::pair<std::string, json_node>> members() const;

  [[nodiscard]] std::vector<std::string> texts() const;
  [[nodiscard]] std::map<std::string, std::string> text_map() const;

  /// Complains about the value: it is well typed, but not what is meant.
  void reject(std::string_view expected) const;

private:
  json_reader* reader_;
  const json* at_; ///< Null when absent.
  const json*
    holder_; ///< The map that should hold it; null for the root, and below what is absent.
  std::string_view key_;
};

} // namespace copal::engine_wire

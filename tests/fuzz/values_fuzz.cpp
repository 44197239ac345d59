// One fuzz target per parser that ends in a value tree: FUZZ_TARGET names it (see meson.build).

#include "actors/planning/foresee/snapshot.hpp"
#include "adapters/json/json.hpp"
#include "adapters/store/document.hpp"
#include "adapters/target_file/decode.hpp"
#include "adapters/yaml/env_file.hpp"
#include "adapters/yaml/interpolate.hpp"
#include "adapters/yaml/yaml.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

using namespace copal;

namespace {

void must(bool x) {
  if (!x)
    std::abort();
}

std::optional<std::string> lookup(std::string_view name) {
  if (name.size() % 2 == 0)
    return std::nullopt;
  return std::string{name};
}

/// What was read can be written, and reads back as the same.
void check_writable(const value& v) {
  const auto text = json::write(v);
  must(text.has_value());
  const auto again =
    json::parse(*text, {.max_bytes = SIZE_MAX, .max_depth = 200, .max_nodes = SIZE_MAX});
  must(again.has_value());
  must(*again == v);
}

[[maybe_unused]] void fuzz_json(std::string_view text) {
  const auto v = json::parse(text);
  if (v)
    check_writable(*v);
  else
    must(v.error().what.starts_with("line "));
}

[[maybe_unused]] void fuzz_yaml(std::string_view text) {
  const auto v = yaml::parse(text, "f");
  if (!v)
    return must(v.error().what.starts_with("f:"));
  check_writable(*v);
  const auto done = yaml::interpolate(*v, lookup);
  must(done.has_value() || !done.error().what.empty());
}

[[maybe_unused]] void fuzz_env(std::string_view text) {
  const auto all = yaml::parse_env(text, "f", lookup);
  must(all.has_value() || all.error().what.starts_with("f:"));
}

/// A compose file and its environment file, apart at the first zero byte; and a text of the
/// cloud's.
[[maybe_unused]] void fuzz_target_file(std::string_view text) {
  const auto cut = std::min(text.find('\0'), text.size());
  target_file::origin from{"/shop/f", dialect::compose, {}, lookup};
  const std::string env{text.substr(std::min(cut + 1, text.size()))};
  if (const auto read = target_file::decode(from, std::string{text.substr(0, cut)}, env)) {
    must(!read->doc.doc.is_null());
    must(read->doc.doc.as_map() == nullptr || read->doc.doc.find("name") != nullptr);
    must(json::write(read->doc.doc).has_value());
  } else {
    must(read.error().what.find("/shop/") != std::string::npos);
  }
  from.form = dialect::cloud_v3;
  const auto read = target_file::decode(from, std::string{text}, {});
  must(read.has_value() || read.error().what.starts_with("/shop/f:"));
}

/// The text and the lines of a kept document, apart at the first zero byte.
[[maybe_unused]] void fuzz_document(std::string_view text) {
  const auto cut = text.find('\0');
  if (cut == std::string_view::npos)
    return;
  const store::kept_document kept{
    std::string{text.substr(0, cut)}, std::string{text.substr(cut + 1)}};
  const auto v = store::restore(kept);
  if (!v)
    return must(v.error().code == errc::corrupt);
  const auto again = store::restore(store::keep(*v).value());
  must(again.has_value() && *again == *v);
}

/// What was read can be written, and reads back as the same.
[[maybe_unused]] void fuzz_snapshot(std::string_view text) {
  const auto doc = json::parse(text);
  if (!doc)
    return;
  const auto read = planning::read_snapshot(*doc);
  if (!read)
    return must(read.error().code == errc::invalid_input && !read.error().what.empty());
  const auto again = planning::read_snapshot(planning::write_snapshot(*read));
  must(again.has_value() && *again == *read);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FUZZ_TARGET({reinterpret_cast<const char*>(data), size}); // libFuzzer's bytes are text here
  return 0;
}

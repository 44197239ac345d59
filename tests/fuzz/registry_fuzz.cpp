// One fuzz target per parser of a registry's bytes: FUZZ_TARGET names it (see meson.build).

#include "adapters/registry/wire.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace copal;
using namespace copal::registry;

namespace {

void must(bool x) {
  if (!x)
    std::abort();
}

[[maybe_unused]] void fuzz_answers(std::string_view text) {
  const auto ids = read_config(text);
  (void)read_token(text);
  const auto read = read_manifest(text);
  if (!read)
    return must(!read.error().what.empty());
  if (const auto* index = std::get_if<image_index>(&*read)) {
    for (const auto& one : index->manifests)
      must(one.bytes >= 0 && choose(*index, one.runs_on).has_value());
    return;
  }
  const auto& manifest = std::get<image_manifest>(*read);
  if (ids)
    must(join("x", manifest, *ids).has_value() == (ids->size() == manifest.layers.size()));
}

[[maybe_unused]] void fuzz_challenge(std::string_view text) {
  const auto found = read_challenge(text);
  if (!found)
    return;
  const auto url = token_url(*found);
  must(url.starts_with(found->realm));
  must(found->how == challenge::kind::basic || !found->realm.empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}

#include "adapters/host/config_file.hpp"

#include "adapters/files/files.hpp"
#include "adapters/json/json.hpp"

#include <string>
#include <system_error>

namespace copal::host {

namespace fs = std::filesystem;

namespace {

/// What a link leads to; the path itself where that cannot be found.
fs::path real_path(const fs::path& path) {
  std::error_code failed;
  auto real = fs::canonical(path, failed);
  return failed ? path : std::move(real);
}

result<void> put(const config_place& place, const value& doc) {
  auto text = json::write(doc);
  if (!text)
    return fail(text.error().with_context(place.file.string()));
  *text += '\n';
  if (!place.copy.empty()) {
    if (auto kept = files::replace(place.copy, *text); !kept)
      return kept;
  }
  if (auto written = files::replace(real_path(place.file), *text, files::access::as_before);
      !written)
    return written;
  return place.copy.empty() ? result<void>{} : files::remove(place.copy);
}

} // namespace

result<value> read_config_file(const fs::path& path) {
  const auto text = files::read(path, largest_config_file);
  if (!text)
    return fail(text.error());
  auto doc = json::parse(*text, {largest_config_file});
  if (!doc)
    return fail(doc.error().with_context(path.string()));
  if (doc->as_map() == nullptr)
    return fail(errc::invalid_input, path.string() + ": expected an object at the top");
  return std::move(*doc);
}

result<void> change_config_file(
  const config_place& place, const std::function<result<void>(value&)>& change) {
  const auto before = read_config_file(place.file);
  if (!before)
    return fail(before.error());
  auto after = *before;
  if (auto changed = change(after); !changed)
    return fail(changed.error().with_context(place.file.string()));
  if (after == *before)
    return {};
  return put(place, after);
}

result<bool> mend_config_file(const config_place& place) {
  if (place.copy.empty())
    return false;
  // A copy that is not whole is of a cut before the file was touched.
  const auto copy = read_config_file(place.copy);
  const auto mends = copy && !read_config_file(place.file);
  if (mends) {
    if (auto done = put(place, *copy); !done)
      return fail(done.error());
  } else if (auto gone = files::remove(place.copy); !gone) {
    return fail(gone.error());
  }
  return mends;
}

result<void> make_config_file(const config_place& place) {
  return put(place, value::map({}));
}

} // namespace copal::host

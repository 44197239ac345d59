#include "adapters/host/config_file.hpp"

#include "adapters/files/files.hpp"
#include "adapters/json/json.hpp"

#include <optional>
#include <string>
#include <system_error>

namespace copal::host {

namespace fs = std::filesystem;

namespace {

/// What a link leads to, also when that is not there.
fs::path real_path(fs::path path) {
  constexpr int most_links = 40; // as the kernel
  for (int links = 0; links < most_links; ++links) {
    std::error_code failed;
    const auto next = fs::read_symlink(path, failed);
    if (failed)
      return path;
    path = next.is_absolute() ? next : path.parent_path() / next;
  }
  return path;
}

/// With its owner and mode.
result<void> write_file(const fs::path& path, const std::string& text) {
  return files::replace(real_path(path), text, files::access::as_before);
}

/// `before`: what the file holds; nothing where there is none.
result<void> put(const config_place& place, const std::optional<value>& before, const value& doc) {
  auto text = json::write(doc);
  if (!text)
    return fail(text.error().with_context(place.file.string()));
  *text += '\n';
  if (place.copy.empty())
    return write_file(place.file, *text);
  if (auto kept = files::replace(place.copy, *text); !kept)
    return kept;
  if (auto written = write_file(place.file, *text); !written) {
    // Where nothing was done the copy has no use, and holds the device's key.
    const auto now = read_config_file(place.file);
    if (before ? now && *now == *before : !now && now.error().code == errc::not_found)
      (void)files::remove(place.copy);
    return written;
  }
  return files::remove(place.copy);
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
  return put(place, *before, after);
}

result<bool> mend_config_file(const config_place& place) {
  if (place.copy.empty())
    return false;
  const auto now = read_config_file(place.file);
  if (now) {
    if (auto gone = files::remove(place.copy); !gone)
      return fail(gone.error());
    return false;
  }
  // A copy that is not whole is of a cut before the file was touched. What cannot be read for
  // another reason may be there.
  const auto lost = now.error().code == errc::not_found || now.error().code == errc::invalid_input;
  const auto copy = read_config_file(place.copy);
  if (!lost || !copy)
    return false;
  const auto text = json::write(*copy);
  if (!text)
    return fail(text.error().with_context(place.copy.string()));
  // The copy stays until the next start finds the file.
  if (auto written = write_file(place.file, *text + '\n'); !written)
    return fail(written.error());
  return true;
}

result<void> make_config_file(const config_place& place) {
  return put(place, std::nullopt, value::map({}));
}

} // namespace copal::host

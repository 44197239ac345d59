#include "adapters/host/os_settings.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace copal::host {

namespace {

/// The member of that name, which is made when it is missing, or null.
value& member(value::map_type& of, std::string_view key) {
  auto it =
    std::find_if(of.begin(), of.end(), [key](const value_member& m) { return m.key == key; });
  if (it == of.end())
    it = of.insert(of.end(), value_member{std::string{key}, value{}});
  return it->val;
}

/// The object of that name, which is made when it is missing, or null.
result<value::map_type*> object(value::map_type& of, std::string_view key, std::string_view path) {
  auto& found = member(of, key);
  if (found.is_null())
    found = value::map({});
  if (found.as_map() == nullptr)
    return fail(errc::invalid_input,
      "key '" + std::string{path} + "': expected an object, found "
        + std::string{to_string(found.what())});
  return found.as_map();
}

result<void> write_name(value& doc, const std::string& name) {
  const auto os = object(*doc.as_map(), "os", "os");
  if (!os)
    return fail(os.error());
  const auto kernel = object(**os, "kernel", "os.kernel");
  if (!kernel)
    return fail(kernel.error());
  member(**kernel, "extraFirmwareVol") = value{name};
  return {};
}

} // namespace

os_settings look_at_os_settings(const std::filesystem::path& config) {
  const auto doc = read_config_file(config);
  if (!doc)
    return {};
  const auto* at = &*doc;
  for (const auto* key : {"os", "kernel", "extraFirmwareVol"}) {
    at = at->find(key);
    if (at == nullptr)
      return {};
  }
  const auto* text = at->as_text();
  return {text == nullptr ? std::string{} : *text};
}

result<os_settings> name_firmware_volume(const config_place& place, const std::string& name) {
  const auto changed =
    change_config_file(place, [&name](value& doc) { return write_name(doc, name); });
  if (!changed)
    return fail(changed.error());
  return look_at_os_settings(place.file);
}

} // namespace copal::host

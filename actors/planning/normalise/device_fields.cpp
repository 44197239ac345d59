// What a service wants of the machine's devices: paths, and requests to the engine's plugins.

#include "actors/planning/normalise/environment.hpp"
#include "actors/planning/normalise/fields.hpp"

#include <algorithm>

namespace copal::planning {

namespace {

constexpr std::string_view gpu = "gpu";

device_mapping short_device(const std::string& text) {
  const auto first = text.find(':');
  const auto second = first == std::string::npos ? first : text.find(':', first + 1);
  device_mapping out;
  out.host = text.substr(0, first);
  out.container =
    first == std::string::npos ? out.host : text.substr(first + 1, second - first - 1);
  if (second != std::string::npos)
    out.permissions = text.substr(second + 1);
  return out;
}

device_mapping long_device(const node& n) {
  check_members(n, {"permissions", "source", "target"}, "a device");
  device_mapping out;
  if (const auto source = n.get("source"))
    out.host = source->text();
  out.container = out.host;
  if (const auto target = n.get("target"))
    out.container = target->text();
  if (const auto permissions = n.get("permissions"))
    out.permissions = permissions->text();
  return out;
}

/// How many, or -1 for all. By name there are as many as there are names.
std::int64_t read_number(const node& n, bool by_name) {
  const auto count = n.get("count");
  if (!count)
    return by_name ? 0 : -1;
  if (by_name)
    n.reject("count stands beside device_ids; keep one of the two");
  if (const auto* text = count->raw().as_text(); text != nullptr && *text == "all")
    return -1;
  const auto number = count->integer();
  if (number < -1)
    count->refuse("a number of devices, or all");
  return number;
}

device_request read_request(const node& n) {
  check_members(
    n, {"capabilities", "count", "device_ids", "driver", "options"}, "a device request");
  device_request out;
  if (const auto driver = n.get("driver"))
    out.driver = driver->text();
  if (const auto names = n.get("device_ids"))
    out.device_ids = read_texts(*names);
  out.count = read_number(n, !out.device_ids.empty());
  if (const auto options = n.get("options"))
    out.options = read_labels(*options); // the same two forms
  std::vector<std::string> capabilities;
  if (const auto wanted = n.get("capabilities"))
    capabilities = read_texts(*wanted);
  out.capabilities.push_back(std::move(capabilities));
  return out;
}

bool is_for_gpus(const device_request& request) {
  const auto& wanted = request.capabilities.front();
  return std::find(wanted.begin(), wanted.end(), gpu) != wanted.end();
}

} // namespace

std::vector<device_mapping> read_devices(const node& n) {
  std::vector<device_mapping> out;
  for (const auto& item : n.items()) {
    auto device = item.is(value::kind::map) ? long_device(item) : short_device(item.text());
    // "vendor.com/class=name" is a name that engines do not take here.
    const bool is_path = device.host.empty() || device.host.front() == '/';
    if (!is_path && (n.strict() || device.host.find('=') != std::string::npos))
      item.reject("not the path of a device; for a graphics card use gpus");
    if (device.host.empty() || device.container.empty() || device.permissions.empty()
        || device.permissions.find_first_not_of("rwm") != std::string::npos)
      item.refuse("host[:container[:permissions]] with permissions of r, w and m");
    out.push_back(std::move(device));
  }
  return out;
}

std::vector<device_request> read_gpus(const node& n) {
  std::vector<device_request> out;
  if (const auto* text = n.raw().as_text(); text != nullptr && *text == "all") {
    out.push_back({{}, -1, {}, {{std::string{gpu}}}, {}});
    return out;
  }
  if (!n.is(value::kind::list)) {
    n.refuse("all, or a list of requests");
    return out;
  }
  for (const auto& item : n.items()) {
    auto request = read_request(item);
    if (!is_for_gpus(request))
      request.capabilities.front().emplace_back(gpu);
    out.push_back(std::move(request));
  }
  return out;
}

std::vector<device_request> read_device_requests(const node& n) {
  std::vector<device_request> out;
  for (const auto& item : n.items()) {
    auto request = read_request(item);
    if (is_for_gpus(request))
      out.push_back(std::move(request));
    else
      item.unsupported(
        "only devices with the capability gpu can be asked for", "name others under devices");
  }
  return out;
}

} // namespace copal::planning

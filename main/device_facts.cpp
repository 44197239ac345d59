#include "main/device_facts.hpp"

#include "adapters/files/files.hpp"
#include "adapters/http/address.hpp"
#include "adapters/json/json.hpp"
#include "main/version.hpp"

#include <sys/utsname.h>

namespace copal {

namespace {

constexpr std::size_t largest_file = 64UL * 1024;

std::string trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos)
    return {};
  return std::string{text.substr(begin, text.find_last_not_of(blank) - begin + 1)};
}

void take_kernel(device_facts& out) {
  utsname about{};
  if (::uname(&about) != 0)
    return;
  out.arch = architecture_of(about.machine);
  out.kernel_name = about.sysname;
  out.kernel_release = about.release;
}

void take_device_type(device_facts& out,
  const std::filesystem::path& path,
  const std::function<void(const std::string&)>& warn) {
  const auto text = files::read(path, largest_file);
  if (!text)
    return;
  const auto doc = json::parse(*text);
  if (!doc)
    return warn(path.string() + ": " + doc.error().what);
  const auto take = [&](const char* key, std::string& into) {
    const auto* found = doc->find(key);
    if (found != nullptr && found->as_text() != nullptr && !found->as_text()->empty())
      into = *found->as_text();
  };
  take("slug", out.type);
  take("arch", out.arch);
}

void take_os_release(device_facts& out, const places& where) {
  auto text = files::read(where.os_release, largest_file);
  if (!text) // os-release(5): the second place to look
    text = files::read(where.root / "usr/lib/os-release", largest_file);
  if (!text)
    return;
  auto known = read_os_release(*text);
  out.os_version = known["PRETTY_NAME"];
  out.os_variant = known["VARIANT_ID"];
  out.os_slug = known["ID"];
  out.os_number = known["VERSION"];
  out.board_rev =
    known.contains("BALENA_BOARD_REV") ? known["BALENA_BOARD_REV"] : known["RESIN_BOARD_REV"];
}

} // namespace

std::map<std::string, std::string> read_os_release(std::string_view text) {
  std::map<std::string, std::string> out;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = trimmed(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    const auto equals = line.find('=');
    if (line.empty() || line[0] == '#' || equals == std::string::npos)
      continue;
    auto found = line.substr(equals + 1);
    if (found.size() > 1 && (found[0] == '"' || found[0] == '\'') && found.back() == found[0])
      found = found.substr(1, found.size() - 2);
    out[line.substr(0, equals)] = found;
  }
  return out;
}

std::string architecture_of(std::string_view machine) {
  if (machine == "x86_64")
    return "amd64";
  if (machine == "armv7l" || machine == "armv8l")
    return "armv7hf";
  if (machine == "armv6l")
    return "rpi";
  if (machine == "i686" || machine == "i586")
    return "i386";
  return std::string{machine};
}

device_facts find_device_facts(const places& where,
  const device_config& config,
  const std::function<void(const std::string&)>& warn) {
  device_facts out;
  out.uuid = config.uuid;
  out.api_endpoint = config.api_endpoint;
  out.device_api_key = config.device_api_key;
  out.listen_port = config.listen_port;
  out.supervisor_version = compatible_supervisor();
  take_kernel(out);
  take_device_type(out, where.device_type, warn);
  take_os_release(out, where);
  if (const auto name = files::read(where.root / "etc/hostname", largest_file))
    out.hostname = trimmed(*name);
  out.has_kernel_modules = std::filesystem::exists(where.root / "lib/modules");
  out.has_firmware = std::filesystem::exists(where.root / "lib/firmware");
  if (const auto engine = http::address::parse(where.engine); engine && !engine->path.empty())
    out.engine_socket = engine->path;
  out.lock_root = where.host_lock_dir;
  return out;
}

} // namespace copal

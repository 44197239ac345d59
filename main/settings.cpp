#include "main/settings.hpp"

#include "main/registry_auth.hpp"

#include <cstdlib>

#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

namespace copal {

namespace {

/// The journal names the stream that it reads. Source: systemd.exec(5), JOURNAL_STREAM.
bool writes_to_journal() {
  const auto named = process_environment()("JOURNAL_STREAM");
  struct stat facts {};
  if (!named || ::fstat(STDERR_FILENO, &facts) != 0)
    return false;
  return *named == std::to_string(facts.st_dev) + ':' + std::to_string(facts.st_ino);
}

result<void> check_file(const std::filesystem::path& path, const char* option) {
  if (path.empty() || std::filesystem::exists(path))
    return {};
  return fail(errc::not_found,
    std::string{option} + ' ' + path.string() + ": there is no such file; name the file that tells "
      + "what is to run");
}

/// Where the files of services are, which their target is read with.
result<void> find_service_files(const run_options& options, settings& out) {
  out.service_files =
    choose_files_place(options.files_dir, out.where.root, out.facts.uuid, is_in_memory);
  if (!out.service_files.warning.empty() && !options.compose.empty())
    spdlog::warn("{}", out.service_files.warning);
  auto salt = open_files_salt(out.where.state_dir, [] { return random_uuid() + random_uuid(); });
  if (!salt)
    return fail(std::move(salt.error()));
  out.facts.files_root = out.service_files.host;
  out.facts.files_salt = *std::move(salt);
  return {};
}

} // namespace

variable_lookup process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const auto* found = std::getenv(name.c_str());
    if (found == nullptr || *found == '\0')
      return std::nullopt;
    return found;
  };
}

yaml::variables compose_variables() {
  return [](std::string_view name) -> std::optional<std::string> {
    const auto* found = std::getenv(std::string{name}.c_str());
    return found == nullptr ? std::nullopt : std::optional<std::string>{found};
  };
}

result<log_settings> log_settings_of(const run_options& options) {
  auto level = log_level_of(options.log_level);
  if (!level)
    return fail(level.error());
  return log_settings{*level, writes_to_journal() ? log_style::journal : log_style::plain};
}

result<settings> find_settings(const run_options& options) {
  settings out;
  out.where = find_places(
    options, process_environment(), std::filesystem::exists("/mnt/root/etc/os-release"));
  for (const auto& [path, name] :
    {std::pair{&options.compose, "--compose"}, std::pair{&options.target, "--target"}}) {
    if (auto there = check_file(*path, name); !there)
      return fail(there.error());
  }
  for (const auto* folder : {&out.where.state_dir, &out.where.runtime_dir}) {
    if (auto made = files::make_folder(*folder); !made)
      return fail(made.error().with_context("making a folder of Copal's own"));
  }
  auto state = files::claim_folder(out.where.state_dir);
  if (!state)
    return fail(errc::conflict,
      state.error().what + "; end that one, or give this one a --state-dir of its own");
  out.state = std::move(*state);
  const auto warn = [](const std::string& what) { spdlog::warn("{}", what); };
  auto config = open_device_config(
    {out.where.config, out.where.config_copy}, out.where.may_make_config, random_uuid, warn);
  if (!config)
    return fail(config.error());
  out.device = *config;
  out.facts = find_device_facts(out.where, out.device, warn);
  if (auto placed = find_service_files(options, out); !placed)
    return fail(std::move(placed.error()));
  if (!options.registry_auth.empty()) {
    auto logins = read_registry_auth(options.registry_auth);
    if (!logins)
      return fail(std::move(logins.error()));
    out.logins = std::move(*logins);
  }
  out.own_image = process_environment()("SUPERVISOR_IMAGE").value_or("");
  if (!options.no_space_check)
    out.kept_free = options.keep_free * 1024 * 1024;
  out.may_reboot = !options.no_reboot;
  out.compose = options.compose;
  out.target = options.target;
  out.project_name = options.project_name;
  out.take_over = options.take_over;
  out.listen = options.listen;
  return out;
}

} // namespace copal

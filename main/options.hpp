#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace copal {

/// `copal run` as it was typed, or as the environment says. Empty: not said.
struct run_options {
  std::filesystem::path compose; ///< A compose file to keep the machine at.
  std::filesystem::path target;  ///< A target in the cloud's v3 form, as a file.
  std::string project_name;
  bool take_over = false;          ///< The file takes the place of the one that the state is from.
  std::filesystem::path root;      ///< The host's root as this process sees it.
  std::filesystem::path state_dir; ///< Of `copal.sqlite`.
  std::filesystem::path config;    ///< config.json
  std::filesystem::path lock_dir;  ///< Of update locks, as the host sees it.
  std::filesystem::path files_dir; ///< Of services' secrets and configs, as the host sees it.
  std::filesystem::path runtime_dir;   ///< What is gone after a reboot.
  std::string engine;                  ///< As DOCKER_HOST.
  std::filesystem::path registry_auth; ///< Logins of registries, as `docker login` writes them.
  std::vector<std::string> listen;     ///< `ADDRESS`, `ADDRESS:PORT`, `:PORT`.
  std::int64_t keep_free = 64;         ///< MiB that a fetch leaves free where images are.
  bool no_space_check = false;
  bool no_reboot = false; ///< Of the machine, whatever asks for it.
  std::string log_level = "info";
};

/// `copal check`.
struct check_options {
  std::filesystem::path compose;
  std::string project_name;
};

/// `copal explain`.
struct explain_options {
  std::filesystem::path state_dir; ///< Of the supervisor that is asked.
  bool json = false;               ///< Its answer as it came.
};

/// `copal plan`.
struct plan_options {
  std::filesystem::path compose; ///< The target; at most one of the two.
  std::filesystem::path target;
  std::string project_name;
  std::filesystem::path current;      ///< A saved state, instead of this machine's.
  std::filesystem::path save_current; ///< Where to save the state that is looked at.
  bool json = false;
  std::string engine; ///< As DOCKER_HOST; what follows, as of `run_options`.
  std::filesystem::path state_dir;
  std::filesystem::path config;
  std::filesystem::path root;
  std::filesystem::path lock_dir;
  std::filesystem::path files_dir;
  std::filesystem::path registry_auth;
  bool ask_registries = true; ///< How large images are that would be fetched.
  bool no_reboot = false;     ///< As `run_options`.
};

/// `copal apps`.
struct apps_options {
  std::filesystem::path state_dir; ///< Of the supervisor that is asked.
  std::string action;              ///< `stop`, `start`, `restart` or `purge`.
  std::optional<std::int64_t> app; ///< Absent: the first one.
  std::string service;             ///< Empty: the whole app.
  bool force = false;              ///< Users' update locks do not count.
};

/// There is nothing to run: this is to be printed.
struct only_print {
  std::string text;
  int exit_code = 0; ///< Not 0: to standard error.
};

using command =
  std::variant<run_options, check_options, explain_options, plan_options, apps_options, only_print>;

/// Reads the command line; options that were not given are looked for in the environment.
command parse_command_line(int argc, const char* const* argv);

} // namespace copal

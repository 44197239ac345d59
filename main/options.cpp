#include "main/options.hpp"

#include "main/version.hpp"

#include <sstream>

#include <CLI/CLI.hpp>

namespace copal {

namespace {

constexpr std::int64_t most_kept_free = 1024LL * 1024;

constexpr const char* about =
  "Copal keeps this machine's containers at their target: from a compose file, or from a target in "
  "the cloud's form.";

constexpr const char* run_footer =
  "Copal runs until SIGTERM or Ctrl-C and leaves the containers running; started again, it takes "
  "them over as they are. The file is watched: save it, and the containers follow.\n\n"
  "Without a file the last accepted target is kept. In a container with the host at /mnt/root the "
  "paths are the balena supervisor's; the variables of its image (ROOT_MOUNTPOINT, "
  "BOOT_MOUNTPOINT, CONFIG_MOUNT_POINT, DATABASE_PATH, DOCKER_HOST, DOCKER_SOCKET, "
  "HOST_OS_VERSION_PATH, LISTEN_PORT) are understood everywhere. "
  "DBUS_SYSTEM_BUS_ADDRESS is where logind is asked for a reboot.\n\n"
  "Exit codes: 0 ended as asked, 1 cannot start, 2 wrong usage, 69 ended as asked while a part "
  "hung, 70 a bug, 75 to be started again.";

/// A path that the host's engine is told, too, so that it cannot count from our folder.
std::string refuse_relative(const std::string& path) {
  return path.empty() || path.starts_with('/') ? std::string{}
                                               : path + ": expected an absolute path";
}

void add_run(CLI::App& app, run_options& out) {
  auto* run = app.add_subcommand("run", "Runs the supervisor");
  auto* compose = run->add_option("--compose", out.compose, "Keep the machine at this compose file")
                    ->envname("COPAL_COMPOSE")
                    ->type_name("FILE");
  run
    ->add_option(
      "--target", out.target, "Keep the machine at this target: JSON, the cloud's v3 form")
    ->envname("COPAL_TARGET")
    ->type_name("FILE")
    ->excludes(compose);
  run
    ->add_option("--project-name",
      out.project_name,
      "Name of the compose project [the file's `name`, or its folder]")
    ->envname("COPAL_PROJECT_NAME")
    ->type_name("NAME");
  run->add_flag("--take-over",
    out.take_over,
    "This file takes the place of the one that the state folder's target is from");
  run->add_option("--engine", out.engine, "The container engine [unix:///var/run/docker.sock]")
    ->envname("DOCKER_HOST")
    ->type_name("URL");
  run
    ->add_option("--registry-auth",
      out.registry_auth,
      "Logins for private images, as `docker login` writes them to ~/.docker/config.json; read at "
      "the start [none]")
    ->envname("COPAL_REGISTRY_AUTH")
    ->type_name("FILE");
  run
    ->add_option("--listen",
      out.listen,
      "Where the local API listens; may be repeated [port 48484 on loopback and on the bridge of "
      "supervisor0; everywhere with an apiEndpoint]")
    ->envname("COPAL_LISTEN")
    ->delimiter(',')
    ->type_name("ADDRESS[:PORT]");
  run->add_option("--state-dir", out.state_dir, "What is kept [/var/lib/copal]")
    ->envname("COPAL_STATE_DIR")
    ->type_name("FOLDER");
  run->add_option("--config", out.config, "The device's config.json [in the state folder]")
    ->envname("COPAL_CONFIG")
    ->type_name("FILE");
  run->add_option("--root", out.root, "The host's root as seen from here [/]")
    ->envname("COPAL_ROOT")
    ->type_name("FOLDER");
  run
    ->add_option("--lock-dir",
      out.lock_dir,
      "Update locks, as the host sees them [/tmp/balena-supervisor/services]")
    ->envname("COPAL_LOCK_DIR")
    ->type_name("FOLDER")
    ->check(refuse_relative);
  run
    ->add_option("--files-dir",
      out.files_dir,
      "Secrets and configs of services, as the host sees it; in memory, or they are on the disk "
      "[/run/copal/files, or /dev/shm/copal/files]")
    ->envname("COPAL_FILES_DIR")
    ->type_name("FOLDER")
    ->check(refuse_relative);
  run->add_option("--runtime-dir", out.runtime_dir, "What a reboot may forget [/run/copal]")
    ->envname("COPAL_RUNTIME_DIR")
    ->type_name("FOLDER");
  run
    ->add_option("--keep-free",
      out.keep_free,
      "MiB that a fetch leaves free where the engine keeps images; one that would not is held")
    ->envname("COPAL_KEEP_FREE")
    ->check(CLI::Range(std::int64_t{0}, most_kept_free))
    ->capture_default_str()
    ->type_name("MIB");
  run
    ->add_flag("--no-space-check",
      out.no_space_check,
      "Fetch images whatever space there is, and do not ask registries for their sizes")
    ->envname("COPAL_NO_SPACE_CHECK");
  run
    ->add_flag("--no-reboot",
      out.no_reboot,
      "Never reboot the machine; a service that asks for it waits until somebody else does")
    ->envname("COPAL_NO_REBOOT");
  run->add_option("--log-level", out.log_level, "trace, debug, info, warning or error")
    ->envname("COPAL_LOG_LEVEL")
    ->capture_default_str()
    ->type_name("LEVEL");
  run->footer(run_footer);
}

const CLI::App* add_check(CLI::App& app, check_options& out) {
  auto* check = app.add_subcommand(
    "check", "Reads a compose file, says what is wrong with it, touches nothing");
  check->add_option("--compose", out.compose, "The compose file")->required()->type_name("FILE");
  check->add_option("--project-name", out.project_name, "Name of the compose project")
    ->type_name("NAME");
  return check;
}

const CLI::App* add_explain(CLI::App& app, explain_options& out) {
  auto* explain = app.add_subcommand("explain",
    "Asks the running supervisor why a service is not at its target, and prints the one reason");
  explain->add_option("--state-dir", out.state_dir, "Where it keeps its state [/var/lib/copal]")
    ->envname("COPAL_STATE_DIR")
    ->type_name("FOLDER");
  explain->add_flag("--json", out.json, "The answer of GET /v2/explain, for programs");
  explain->footer("Exit codes: 0 the device is at its target, 1 the supervisor could not be asked, "
                  "2 wrong usage, 3 a service is not at its target.");
  return explain;
}

constexpr const char* plan_footer =
  "Nothing is changed: the engine is asked for lists and inspections only, the state is read from "
  "a copy, registries are asked for the sizes of images, no lock is taken. It may be asked while a "
  "supervisor runs, and without one.\n\n"
  "A state that was saved on a device can be planned with elsewhere: --current FILE --target FILE "
  "gives the same bytes there. It holds the secrets of the device's containers, since whether they "
  "differ is part of the plan: the file can be read by its owner only, and is to be kept so. The "
  "plan itself shows no value of an environment.\n\n"
  "Exit codes: 0 nothing to do, 1 it cannot be told, 2 wrong usage, 3 something is to be done or "
  "waited for.";

const CLI::App* add_plan(CLI::App& app, plan_options& out) {
  auto* plan = app.add_subcommand("plan",
    "Tells which steps would bring this machine to a target, why, and which services are down "
    "meanwhile; does nothing");
  auto* compose =
    plan->add_option("--compose", out.compose, "The target: a compose file")->type_name("FILE");
  plan->add_option("--target", out.target, "The target: JSON, the cloud's v3 form")
    ->type_name("FILE")
    ->excludes(compose);
  plan->add_option("--project-name", out.project_name, "Name of the compose project")
    ->type_name("NAME");
  auto* current = plan
                    ->add_option("--current",
                      out.current,
                      "Plan from this saved state; neither engine nor state folder is looked at")
                    ->type_name("FILE");
  plan
    ->add_option("--save-current",
      out.save_current,
      "Save the state that is planned from; also without a target")
    ->type_name("FILE")
    ->excludes(current);
  plan->add_flag("--json", out.json, "The plan for programs");
  plan->add_option("--engine", out.engine, "The container engine [unix:///var/run/docker.sock]")
    ->envname("DOCKER_HOST")
    ->type_name("URL");
  plan->add_option("--state-dir", out.state_dir, "What the supervisor keeps [/var/lib/copal]")
    ->envname("COPAL_STATE_DIR")
    ->type_name("FOLDER");
  plan->add_option("--config", out.config, "The device's config.json [in the state folder]")
    ->envname("COPAL_CONFIG")
    ->type_name("FILE");
  plan->add_option("--root", out.root, "The host's root as seen from here [/]")
    ->envname("COPAL_ROOT")
    ->type_name("FOLDER");
  plan->add_option("--lock-dir", out.lock_dir, "Update locks, as the host sees them")
    ->envname("COPAL_LOCK_DIR")
    ->type_name("FOLDER")
    ->check(refuse_relative);
  plan->add_option("--registry-auth", out.registry_auth, "Logins of registries [none]")
    ->envname("COPAL_REGISTRY_AUTH")
    ->type_name("FILE");
  plan->add_flag("!--no-sizes",
    out.ask_registries,
    "Do not ask registries how large the images are that would be fetched");
  plan->add_option("--files-dir", out.files_dir, "Services' files, as the host sees them")
    ->envname("COPAL_FILES_DIR")
    ->type_name("FOLDER")
    ->check(refuse_relative);
  plan
    ->add_flag("--no-reboot",
      out.no_reboot,
      "The supervisor never reboots the machine, as it was told to with the same option")
    ->envname("COPAL_NO_REBOOT");
  plan->footer(plan_footer);
  return plan;
}

bool has_nothing_to_do(const plan_options& options) {
  return options.compose.empty() && options.target.empty() && options.save_current.empty();
}

void add_action(CLI::App& apps, apps_options& out, const char* action, const char* what) {
  auto* one = apps.add_subcommand(action, what);
  const std::string name{action};
  if (name != "purge") {
    auto* service = one->add_option("SERVICE", out.service, "The service");
    if (name != "restart")
      service->required();
  }
  one->add_option("--app", out.app, "The app's number [the first app of the device]")
    ->type_name("NUMBER");
  one->add_flag("--force", out.force, "Users' update locks do not count, and are deleted");
  one->add_option("--state-dir", out.state_dir, "Where it keeps its state [/var/lib/copal]")
    ->envname("COPAL_STATE_DIR")
    ->type_name("FOLDER");
  one->callback([&out, name] { out.action = name; });
}

const CLI::App* add_apps(CLI::App& app, apps_options& out) {
  auto* apps = app.add_subcommand("apps",
    "Asks the running supervisor to stop, start, restart or purge, and waits until it is so");
  apps->require_subcommand(1);
  add_action(*apps, out, "stop", "Stops a service until the target changes or it is started");
  add_action(*apps, out, "start", "Starts a service, also one that was stopped by request");
  add_action(*apps, out, "restart", "Makes the containers of an app, or of a service, anew");
  add_action(*apps, out, "purge", "The same for an app, and removes its volumes: its data is lost");
  apps->footer("Exit codes: 0 it is done, 1 it is not, 2 wrong usage, 3 a user holds an update "
               "lock.");
  return apps;
}

only_print wrong_usage(const std::string& what) {
  return {"copal: " + what + "\n`copal --help` and `copal run --help` tell what there is.\n", 2};
}

} // namespace

command parse_command_line(int argc, const char* const* argv) {
  run_options options;
  CLI::App app{about, "copal"};
  app.require_subcommand(0, 1);
  app.set_version_flag("--version", version_text());
  add_run(app, options);
  check_options checked;
  const auto* check = add_check(app, checked);
  explain_options asked;
  const auto* explain = add_explain(app, asked);
  plan_options planned;
  const auto* plan = add_plan(app, planned);
  apps_options acted;
  const auto* apps = add_apps(app, acted);
  const auto* version = app.add_subcommand("version", "Prints the version");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    std::ostringstream out;
    std::ostringstream ignored;
    if (app.exit(e, out, ignored) == 0)
      return only_print{out.str()};
    return wrong_usage(e.what());
  }
  if (app.get_subcommands().empty())
    return wrong_usage("a command is missing");
  if (version->parsed())
    return only_print{version_text() + '\n'};
  if (check->parsed())
    return checked;
  if (explain->parsed())
    return asked;
  if (plan->parsed() && has_nothing_to_do(planned))
    return wrong_usage("`copal plan` needs a target: name a file with --compose or --target");
  if (plan->parsed())
    return planned;
  if (apps->parsed())
    return acted;
  return options;
}

} // namespace copal

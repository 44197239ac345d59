// Makers of what a service's process is, and of the files it sees.

#include "tests/property/make_values.hpp"

#include <string>
#include <utility>

namespace copal::property {

namespace {

value annotations(source& c, const situation&) {
  if (c.percent(30))
    return some_of(c, {"com.example.list=a=b", "com.example.bare"});
  return value::map({{"com.example.map", one_of(c, "x", "a b=ü", "1")}});
}

value command(source& c, const situation&) {
  return one_of(c,
    "sleep 5",
    "sh -c 'echo \"a b\" # $HOME'",
    value::list({"sleep", "6"}),
    value::list({"echo", "a=b", "ä ö", ""}),
    value::list({"tab\tand\nline", "\"'\\"}));
}

value entrypoint(source& c, const situation&) {
  return one_of(
    c, "/bin/busybox env", value::list({"/bin/busybox", "sh"}), value::list({"/bin/sh", "-c"}));
}

value depends_on(source& c, const situation&) {
  return one_of(c,
    value::list({"db"}),
    value::map({{"db", value::map({{"condition", "service_started"}})}}),
    value::map({{"db", value::map({{"condition", "service_healthy"}, {"restart", true}})}}));
}

value environment_of(source& c, const situation&) {
  if (c.percent(30))
    return some_of(c, {"LISTED=x", "PATH=/usr/bin", "WITH=a=b", "EMPTY_HERE="});
  value out = value::map({{"FOO", one_of(c, "bar", "a=b", "", "ü \"' $HOME")}});
  if (c.percent(30))
    out.set("PATH", one_of(c, "/opt", "/opt:/bin"));
  if (c.percent(20))
    out.set("NUMBER", one_of(c, 5, true, 1.5));
  return out;
}

value healthcheck(source& c, const situation&) {
  value out = value::map({});
  out.set("test",
    one_of(c,
      "exit 0",
      value::list({"CMD", "/bin/busybox", "false"}),
      value::list({"CMD-SHELL", "exit 1"})));
  if (c.percent(60))
    out.set("interval", one_of(c, "10s", "1m30s", "1.5s"));
  if (c.percent(60))
    out.set("timeout", one_of(c, "5s", "2m"));
  if (c.percent(60))
    out.set("start_period", one_of(c, "10ms", "1h"));
  if (c.percent(60))
    out.set("retries", one_of(c, 1, 9));
  if (c.percent(30))
    out.set("start_interval", one_of(c, "1s", "20ms"));
  return out;
}

value labels(source& c, const situation&) {
  if (c.percent(30))
    return some_of(c, {"com.example.list=a=b", "com.example.bare", "com.example.empty="});
  value out = value::map({{"com.example.map", one_of(c, "x", "", "a b=ü", "1")}});
  if (c.percent(30))
    out.set("com.example.image", one_of(c, "no", "never")); // an image has it too
  return out;
}

value logging(source& c, const situation&) {
  return one_of(c,
    value::map({{"driver", "json-file"}, {"options", value::map({{"max-size", "1m"}})}}),
    value::map(
      {{"driver", "json-file"}, {"options", value::map({{"max-size", "2m"}, {"max-file", 3}})}}),
    value::map({{"driver", "none"}}));
}

value pull_policy(source&, const situation&) {
  return "missing";
}

value restart(source& c, const situation& at) {
  return at.form == dialect::compose
           ? one_of(c, "no", "on-failure", "unless-stopped", "on-failure:3")
           : one_of(c, "no", "on-failure", "unless-stopped");
}

value running(source&, const situation&) {
  return false;
}

value runtime(source& c, const situation&) {
  return one_of(c, "runc", "io.containerd.runc.v2");
}

value shm_size(source& c, const situation&) {
  return one_of(c, "32m", 134217728, "1m");
}

value stop_grace_period(source& c, const situation&) {
  return one_of(c, "0s", "5s", "1m30s", "1h");
}

value stop_signal(source& c, const situation&) {
  return one_of(c, "SIGHUP", "SIGQUIT", "SIGUSR1");
}

value tmpfs(source& c, const situation&) {
  if (c.percent(25))
    return one_of(c, "/lone", "/lone:size=2m");
  return some_of(c, {"/scratch", "/run", "/b:size=1m,mode=1777"});
}

/// The other one than the form's default.
value tty(source&, const situation& at) {
  return at.form == dialect::compose;
}

value user(source& c, const situation&) {
  return one_of(c, "1000", "daemon", "1:2");
}

/// Of a file below /usr, where folders are on every machine: see `document_of`.
void add_binds(std::vector<value>& pool) {
  const auto bind = [](const char* target, value options) {
    return value::map(
      {{"type", "bind"}, {"source", "./lib"}, {"target", target}, {"bind", std::move(options)}});
  };
  const auto whole = value::map({{"create_host_path", false}});
  const auto shared = value::map({{"create_host_path", false}, {"propagation", "rslave"}});
  pool.insert(pool.end(),
    {"./share:/b/share",
      "../usr/lib:/b/lib:ro",
      bind("/b/made", value::map({{"propagation", "rprivate"}})),
      bind("/b/whole", whole),
      bind("/b/shared", shared)});
}

value secrets(source& c, const situation&) {
  return some_of(c,
    {"one",
      "two",
      value::map({{"source", "one"}, {"target", "again"}, {"uid", "103"}, {"mode", 0440}}),
      value::map({{"source", "two"}, {"target", "/etc/two"}, {"gid", 104}})});
}

value configs(source& c, const situation&) {
  return some_of(
    c, {"one", value::map({{"source", "two"}, {"target", "/etc/two.conf"}, {"mode", "0644"}})});
}

value volumes(source& c, const situation& at) {
  std::vector<value> pool{"data:/v/data",
    "logs:/v/logs:ro",
    "/v/anon",
    value::map(
      {{"type", "volume"}, {"source", "data"}, {"target", "/v/long"}, {"read_only", true}}),
    value::map({{"type", "volume"},
      {"source", "logs"},
      {"target", "/v/nocopy"},
      {"volume", value::map({{"nocopy", true}})}}),
    value::map({{"type", "tmpfs"}, {"target", "/v/tmp"}, {"tmpfs", value::map({{"size", "3m"}})}}),
    value::map(
      {{"type", "tmpfs"}, {"target", "/v/mode"}, {"tmpfs", value::map({{"mode", 01777}})}})};
  if (at.form == dialect::compose)
    add_binds(pool);
  return some_of(c, pool);
}

value working_dir(source& c, const situation&) {
  return one_of(c, "/tmp", "/srv/");
}

/// Labels that ask for something of the host; see `document_of`.
value features(source& c, const situation& at) {
  std::vector<value> pool = {"sysfs",
    "procfs",
    "balena-socket",
    "balena-api",
    "supervisor-api",
    "host-os.board-rev",
    "extra-firmware"};
  for (const auto* name : {"journal-logs", "dbus", "kernel-modules", "firmware", "gpu"}) {
    if (!is_left_out(name, at.engine))
      pool.emplace_back(name);
  }
  return some_of(c, pool);
}

constexpr auto planning_only = "the engine never hears of it";

const field table[] = {
  {"annotations", 12, annotations, {"annotations("}, {}},
  {"command", 30, command, {"command"}, {}},
  {"configs", 25, configs, {"mounts"}, {}},
  {"depends_on", 10, depends_on, {}, planning_only},
  {"entrypoint", 20, entrypoint, {"entrypoint"}, {}},
  {"environment", 35, environment_of, {"env("}, {}},
  {"healthcheck", 30, healthcheck, {"healthcheck"}, {}},
  {"init", 15, flag, {"init"}, {}, true},
  {"labels", 30, labels, {"labels("}, {}},
  {"features",
    30,
    features,
    {"labels(", "volumes", "mounts", "env(", "networks(", "device_requests"},
    {}},
  {"logging", 15, logging, {"logging"}, {}, true},
  {"pull_policy", 20, pull_policy, {}, planning_only},
  {"read_only", 12, flag, {"read_only"}, {}},
  {"restart", 25, restart, {"restart"}, {}},
  {"running", 20, running, {}, planning_only},
  {"runtime", 10, runtime, {"runtime"}, {}, true},
  {"secrets", 25, secrets, {"mounts"}, {}},
  {"shm_size", 12, shm_size, {"shm_size"}, {}},
  {"stdin_open", 12, flag, {"stdin_open"}, {}},
  {"stop_grace_period", 15, stop_grace_period, {"stop_grace_period"}, {}},
  {"stop_signal", 15, stop_signal, {"stop_signal"}, {}},
  {"tmpfs", 20, tmpfs, {"tmpfs"}, {}},
  {"tty", 30, tty, {"tty"}, {}},
  {"user", 15, user, {"user"}, {}},
  {"volumes", 35, volumes, {"volumes", "mounts", "anonymous_volumes"}, {}},
  {"working_dir", 15, working_dir, {"working_dir"}, {}},
};

} // namespace

std::span<const field> process_fields() {
  return table;
}

} // namespace copal::property

#pragma once

#include "messages/model/container.hpp"
#include "messages/model/images_view.hpp"
#include "messages/model/target.hpp"

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace copal {

// What a step does. Each holds all that is needed to do it, so that a step can be printed,
// compared, sent and replayed. Names of the actions: spec/state-engine.md §5.4.

/// Gets an image into the engine and its row into the store.
struct fetch_image {
  image_row row;
  bool operator==(const fetch_image&) const = default;
};

/// Records an image that the engine has already.
struct save_image {
  image_row row;
  bool operator==(const save_image&) const = default;
};

/// Removes a row, and the image with it when it is ours and nobody's any more.
struct remove_image {
  image_row row;
  bool operator==(const remove_image&) const = default;
};

/// Creates a container, joins its networks and, unless `create_only`, starts it.
struct install_service {
  container_identity who;
  std::string container_name;
  container_config config;
  bool create_only = false;
  bool beside_old = false; ///< The old container runs on until this one has taken over.
  bool operator==(const install_service&) const = default;
};

/// Starts a container that exists.
struct start_container {
  container_id id;
  service_name service;
  bool operator==(const start_container&) const = default;
};

/// Stops a container and keeps it.
struct stop_container {
  container_id id;
  service_name service;
  std::chrono::seconds grace{10};
  bool operator==(const stop_container&) const = default;
};

/// Stops a container and removes it (v19: "kill").
struct kill_container {
  container_id id;
  service_name service;
  std::chrono::seconds grace{10};
  bool operator==(const kill_container&) const = default;
};

/// Removes a container that is dead already.
struct remove_container {
  container_id id;
  service_name service;
  bool operator==(const remove_container&) const = default;
};

/// Gives a container the name of a release that changes nothing of it (v19: "updateMetadata").
struct rename_container {
  container_id id;
  service_name service;
  std::string name;
  bool operator==(const rename_container&) const = default;
};

/// Begins a hand-over: the container runs on under the name of an old one, and is not started again
/// should it end (v19: "handover").
struct retire_container {
  container_id id;
  service_name service;
  std::string name;
  bool operator==(const retire_container&) const = default;
};

/// Waits until the new container of a service says that it has taken over from the old one.
struct await_handover {
  container_id old;
  container_id young;
  service_name service;
  std::chrono::milliseconds timeout{60'000};
  bool operator==(const await_handover&) const = default;
};

struct create_network {
  std::string name; ///< Engine name.
  network_config config;
  bool operator==(const create_network&) const = default;
};

struct remove_network {
  network_engine_id id;
  std::string name;
  bool operator==(const remove_network&) const = default;
};

struct create_volume {
  std::string name; ///< Engine name.
  volume_config config;
  bool operator==(const create_volume&) const = default;
};

struct remove_volume {
  std::string name;
  bool operator==(const remove_volume&) const = default;
};

/// Takes the update locks of an app's services, all or none, so that no user can forbid what
/// follows.
struct take_locks {
  std::vector<service_name> services;
  bool force = false; ///< Users' locks are deleted first.
  bool operator==(const take_locks&) const = default;
};

/// Gives the update locks of an app back, and cleans up what an earlier run left.
struct release_locks {
  bool operator==(const release_locks&) const = default;
};

/// Notes that the device has to be rebooted before a service may start.
struct note_reboot {
  service_name service;
  container_id container; ///< Its new one.
  /// What the engine is known not to keep of its app: by subject, the digest of the thing and of
  /// its differences.
  std::map<std::string, std::string> unkept{};
  bool operator==(const note_reboot&) const = default;
};

/// Ends everything in order and starts the machine anew.
struct reboot_device {
  bool operator==(const reboot_device&) const = default;
};

/// Names the engine's volume in which the OS looks for firmware, too, in config.json.
struct set_firmware_volume {
  std::string name; ///< Engine name.
  bool operator==(const set_firmware_volume&) const = default;
};

/// Records that a release runs in full.
struct record_commit {
  commit_id commit;
  bool operator==(const record_commit&) const = default;
};

using step_action = std::variant<fetch_image,
  save_image,
  remove_image,
  install_service,
  start_container,
  stop_container,
  kill_container,
  remove_container,
  rename_container,
  retire_container,
  await_handover,
  create_network,
  remove_network,
  create_volume,
  remove_volume,
  take_locks,
  release_locks,
  note_reboot,
  reboot_device,
  set_firmware_volume,
  record_commit>;

/// One thing to do on the way to the target.
struct step {
  app_id app;
  step_action action;
  std::string reason; ///< Why, for people: which field differs, what is missing.

  bool operator==(const step&) const = default;
};

/// Of the steps on what config.json says of firmware.
inline constexpr std::string_view firmware_subject = "config.json:os.kernel.extraFirmwareVol";

/// What a step touches: two steps with the same subject are never run side by side, and failures
/// are counted by it. "image:<name>", "service:<app>/<service>", "network:<engine name>", ...
std::string subject_of(const step& s);

/// The action's name, as in the specification: "fetch", "kill", ...
std::string_view name_of(const step_action& a);

/// One line for people and for plan listings: "kill web (command differs)". Without ids that change
/// from run to run.
std::string to_string(const step& s);

/// Something that is not at target and that no step can be taken for now.
struct wait_reason {
  enum class kind : std::uint8_t {
    engine_away,   ///< The engine, or the record of images, is not there.
    in_progress,   ///< A step for it is under way.
    fetching,      ///< An image is on its way.
    dependency,    ///< Another service must be started first.
    lock,          ///< A user holds an update lock.
    back_off,      ///< It failed and is tried again later.
    engine_policy, ///< The engine's restart policy has it.
    not_kept,      ///< The engine does not keep what was asked for: it is left so.
    in_use,        ///< A network or volume still has users.
    port,          ///< Another container has a port of the host that it needs.
    reboot,        ///< The device has to be rebooted first.
    request,       ///< What somebody asked for comes first.
    space,         ///< There is no room for an image.
  };

  kind why = kind::in_progress;
  app_id app;
  std::string subject; ///< As `subject_of`.
  std::string text;    ///< For people.

  bool operator==(const wait_reason&) const = default;
};

/// Nothing that is done here will end it, or is held up for it.
bool is_left_to_engine(wait_reason::kind k);
std::string to_string(wait_reason::kind k);

/// What to do now, and what has to wait for what.
struct plan {
  std::vector<step> steps;        ///< Independent of each other: all may run side by side.
  std::vector<wait_reason> waits; ///< Empty together with `steps`: the device is at its target.

  bool operator==(const plan&) const = default;
  [[nodiscard]] bool settled() const noexcept { return steps.empty() && waits.empty(); }
};

template <class I>
typename I::result_type inspect(I& f, fetch_image& x) {
  return f(x.row);
}

template <class I>
typename I::result_type inspect(I& f, save_image& x) {
  return f(x.row);
}

template <class I>
typename I::result_type inspect(I& f, remove_image& x) {
  return f(x.row);
}

template <class I>
typename I::result_type inspect(I& f, install_service& x) {
  return f(x.who, x.container_name, x.config, x.create_only, x.beside_old);
}

template <class I>
typename I::result_type inspect(I& f, start_container& x) {
  return f(x.id, x.service);
}

template <class I>
typename I::result_type inspect(I& f, stop_container& x) {
  return f(x.id, x.service, x.grace);
}

template <class I>
typename I::result_type inspect(I& f, kill_container& x) {
  return f(x.id, x.service, x.grace);
}

template <class I>
typename I::result_type inspect(I& f, remove_container& x) {
  return f(x.id, x.service);
}

template <class I>
typename I::result_type inspect(I& f, rename_container& x) {
  return f(x.id, x.service, x.name);
}

template <class I>
typename I::result_type inspect(I& f, retire_container& x) {
  return f(x.id, x.service, x.name);
}

template <class I>
typename I::result_type inspect(I& f, await_handover& x) {
  return f(x.old, x.young, x.service, x.timeout);
}

template <class I>
typename I::result_type inspect(I& f, create_network& x) {
  return f(x.name, x.config);
}

template <class I>
typename I::result_type inspect(I& f, remove_network& x) {
  return f(x.id, x.name);
}

template <class I>
typename I::result_type inspect(I& f, create_volume& x) {
  return f(x.name, x.config);
}

template <class I>
typename I::result_type inspect(I& f, remove_volume& x) {
  return f(x.name);
}

template <class I>
typename I::result_type inspect(I& f, take_locks& x) {
  return f(x.services, x.force);
}

template <class I>
typename I::result_type inspect(I& f, release_locks&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, note_reboot& x) {
  return f(x.service, x.container, x.unkept);
}

template <class I>
typename I::result_type inspect(I& f, reboot_device&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, set_firmware_volume& x) {
  return f(x.name);
}

template <class I>
typename I::result_type inspect(I& f, record_commit& x) {
  return f(x.commit);
}

template <class I>
typename I::result_type inspect(I& f, step& x) {
  return f(x.app, x.action, x.reason);
}

template <class I>
typename I::result_type inspect(I& f, wait_reason& x) {
  return f(x.why, x.app, x.subject, x.text);
}

template <class I>
typename I::result_type inspect(I& f, plan& x) {
  return f(x.steps, x.waits);
}

} // namespace copal

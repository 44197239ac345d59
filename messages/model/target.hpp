#pragma once

#include "messages/model/container_config.hpp"
#include "messages/model/dependency.hpp"
#include "messages/model/network.hpp"
#include "messages/model/service_file.hpp"
#include "messages/model/value.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace copal {

/// In which order a new container replaces the old one.
/// Source: spec/state-engine.md §5.3.
enum class update_strategy : std::uint8_t {
  download_then_kill,
  kill_then_download,
  delete_then_download,
  hand_over,
};
std::string to_string(update_strategy x);

/// What the composition says about the parts of a container that the image otherwise decides.
/// Absent: the image's value. For the health check each non-zero, non-empty field overlays the
/// image's.
struct image_overrides {
  std::optional<std::vector<std::string>> command;
  std::optional<std::vector<std::string>> entrypoint;
  std::optional<std::string> user;
  std::optional<std::string> working_dir;
  std::optional<std::string> stop_signal;
  std::optional<health_check> healthcheck;

  bool operator==(const image_overrides&) const = default;
};

/// A service of a target release. `config` is complete but for what comes from the image: the image
/// id, the image's environment, labels and volumes, and `overrides`; `planning::resolve` joins
/// them.
struct target_service {
  service_name name;
  service_id id;
  image_id image;
  std::string image_name; ///< Normalised reference.
  bool running = true;    ///< false: the container is created and kept stopped.
  update_strategy strategy = update_strategy::download_then_kill;
  std::vector<dependency> depends_on; ///< Started before this one; sorted by name, each once.
  image_overrides overrides;
  container_config config;
  /// What the Node supervisor made of the same composition instead of `overrides`. Absent where it
  /// read the same; always absent for files.
  std::optional<image_overrides> v19_overrides = std::nullopt;
  std::vector<service_file> files; ///< Its secrets and configs; `config` mounts them.

  bool operator==(const target_service&) const = default;
};

/// What an app is to run.
struct target_release {
  release_id id;
  commit_id commit;
  std::vector<target_service> services; ///< Sorted by name, as are the next two.
  std::vector<target_network> networks; ///< Always one named `default`.
  std::vector<target_volume> volumes;

  bool operator==(const target_release&) const = default;
};

enum class app_class : std::uint8_t { fleet, app, block };
std::string to_string(app_class x);

/// A release that this device cannot run. What there is of its app is left as it is.
/// Source: spec/cloud-protocol.md §11.
struct rejection {
  release_id release;
  commit_id commit;
  std::string why; ///< For people: which services cannot run here.

  bool operator==(const rejection&) const = default;
};

struct target_app {
  app_id id;
  app_uuid uuid;
  std::string name;
  app_class kind = app_class::fleet;
  bool is_host = false;
  std::optional<target_release> release; ///< Absent: nothing is to run, or it was rejected.
  std::optional<rejection> rejected;     ///< Then there is no `release`.
  std::vector<service_name> left_out;    ///< Optional, and not for this device; sorted.
  std::vector<service_name> left_alone;  ///< The host keeps them, not we; sorted.

  bool operator==(const target_app&) const = default;
};

/// What a device is to be. Made from a document by `planning::normalise_target`.
struct device_target {
  std::string name;
  std::map<std::string, std::string> config; ///< Device configuration, as given.
  std::vector<target_app> apps;              ///< Sorted by id.
  /// Volumes of apps that it does not name stay. A file knows of one app only: whoever renames its
  /// project does not ask for the data to be removed.
  bool keeps_volumes = false;

  bool operator==(const device_target&) const = default;
};

/// The key with which a service speaks to the local API.
struct service_key_fact {
  app_id app;
  service_name service;
  secret key;

  bool operator==(const service_key_fact&) const = default;
};

/// What is true of this device and goes into its containers. It does not change while the process
/// runs, but for the keys.
struct device_facts {
  device_uuid uuid;
  std::string name = "local"; ///< Until a target names the device.
  std::string type = "unknown";
  std::string arch;
  std::string os_version; ///< PRETTY_NAME of os-release.
  std::string os_variant;
  std::string board_rev;
  std::string hostname;
  bool has_kernel_modules = false;                           ///< The host has /lib/modules.
  bool has_firmware = false;                                 ///< The host has /lib/firmware.
  std::string engine_socket = "/var/run/docker.sock";        ///< As the host sees it.
  std::string lock_root = "/tmp/balena-supervisor/services"; ///< Lock folders, as the host sees it.
  /// Where the files of services are placed, as the host sees it: in memory, as a rule.
  std::string files_root = "/run/copal/files";
  secret files_salt;        ///< Goes into their names, which anybody may see.
  std::string api_endpoint; ///< The cloud's; empty when there is none.
  secret device_api_key;
  std::uint16_t listen_port = 48484;

  // What contracts of services ask for; empty: not known.
  std::string supervisor_version; ///< Of the supervisor that is stood in for.
  std::string os_slug;            ///< ID of os-release.
  std::string os_number;          ///< The version of the OS as a number: VERSION of os-release.
  std::string kernel_name;        ///< As `uname -s` shows it.
  std::string kernel_release;     ///< As `uname -r` shows it.

  std::vector<service_key_fact> service_keys; ///< A service without one gets an empty key.

  bool operator==(const device_facts&) const = default;
};

/// Which way a target document is to be read.
enum class dialect : std::uint8_t {
  cloud_v3, ///< `{"<device uuid>": {...}}` of the cloud.
  cloud_v2, ///< `{"local": {...}}` of supervisors 7 to 12, or what such an image was preloaded
            ///< with.
  compose,  ///< A compose file.
};
std::string to_string(dialect x);

/// A target as it came: the durable form. It is normalised anew at each start, so that a newer
/// Copal reads it its own way.
struct target_document {
  dialect form = dialect::cloud_v3;
  std::string origin; ///< Where it came from, for people: an address or a file name.
  value doc;

  bool operator==(const target_document&) const = default;
};

template <class I>
typename I::result_type inspect(I& f, image_overrides& x) {
  return f(x.command, x.entrypoint, x.user, x.working_dir, x.stop_signal, x.healthcheck);
}

template <class I>
typename I::result_type inspect(I& f, target_service& x) {
  return f(x.name,
    x.id,
    x.image,
    x.image_name,
    x.running,
    x.strategy,
    x.depends_on,
    x.overrides,
    x.config,
    x.v19_overrides,
    x.files);
}

template <class I>
typename I::result_type inspect(I& f, target_release& x) {
  return f(x.id, x.commit, x.services, x.networks, x.volumes);
}

template <class I>
typename I::result_type inspect(I& f, rejection& x) {
  return f(x.release, x.commit, x.why);
}

template <class I>
typename I::result_type inspect(I& f, target_app& x) {
  return f(
    x.id, x.uuid, x.name, x.kind, x.is_host, x.release, x.rejected, x.left_out, x.left_alone);
}

template <class I>
typename I::result_type inspect(I& f, device_target& x) {
  return f(x.name, x.config, x.apps, x.keeps_volumes);
}

template <class I>
typename I::result_type inspect(I& f, service_key_fact& x) {
  return f(x.app, x.service, x.key);
}

template <class I>
typename I::result_type inspect(I& f, device_facts& x) {
  return f(x.uuid,
    x.name,
    x.type,
    x.arch,
    x.os_version,
    x.os_variant,
    x.board_rev,
    x.hostname,
    x.has_kernel_modules,
    x.has_firmware,
    x.engine_socket,
    x.lock_root,
    x.files_root,
    x.files_salt,
    x.api_endpoint,
    x.device_api_key,
    x.listen_port,
    x.supervisor_version,
    x.os_slug,
    x.os_number,
    x.kernel_name,
    x.kernel_release,
    x.service_keys);
}

template <class I>
typename I::result_type inspect(I& f, target_document& x) {
  return f(x.form, x.origin, x.doc);
}

} // namespace copal

#pragma once

#include "messages/model/lock.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

/// What is asked of the machine below.
namespace copal::host {

/// Takes the locks of an app's services, all or none; files that are ours already count.
struct take_locks {
  app_id app;
  std::vector<service_name> services;
  bool force = false; ///< Users' locks are deleted first.
};
/// The users' locks that were in the way. Empty: all are ours now; else none is.
struct found_locks {
  std::vector<user_lock> held;
};

/// Deletes our lock files of an app, in the folder of every service; users' locks stay.
struct release_locks {
  app_id app;
};
/// Makes the lock folder of a service, in which every user may make a lock.
struct make_lock_folder {
  app_id app;
  service_name service;
};
struct locks_done {};

/// Asks for the apps of which lock files of ours are there.
struct find_own_locks {};
struct own_locks {
  std::vector<app_id> apps;
};

/// Asks for the locks of users, and leaves them and ours as they are.
struct find_user_locks {
  std::map<app_id, std::set<service_name>> services; ///< Of which they are looked for.
};

/// To whoever is told of locks: a user's lock that was in the way of this app's has gone, or may
/// have. Told once after each time that locks were in the way.
struct locks_gone {
  app_id app;
};

/// Asks whether an update of the host's operating system has still to prove itself.
struct get_os_update {};
/// The files that say so, as this process sees them; none: no update is under way.
struct os_update {
  std::vector<std::string> breadcrumbs;
};

/// Deletes what a container of the service said of an earlier hand-over.
struct forget_handover {
  app_id app;
  service_name service;
};
struct forgotten {};

/// Waits for the file by which the new container of a service says that it has taken over, and
/// deletes it. A later wait for the same service ends the one before it.
struct await_handover {
  app_id app;
  service_name service;
  std::chrono::milliseconds timeout{60'000};
};
struct handover_ended {
  bool said = false; ///< False: the time is over.
};

/// Under which addresses the device can be reached from outside. Source: spec/host.md §16.
struct get_addresses {};
struct addresses {
  std::vector<std::string> ip;  ///< In the machine's order, each once.
  std::vector<std::string> mac; ///< As `00:1A:2B:3C:4D:5E`, likewise.

  bool operator==(const addresses&) const = default;
};

/// Asks for this run of the machine.
struct get_boot {};
struct boot_facts {
  std::string id;      ///< Another one after each boot.
  wall_time at;        ///< When the machine was booted.
  bool reboot = false; ///< A reboot was required since.
  /// For which one was required in this run of the machine, and for which in an earlier one: those
  /// have had it, whatever the clock says.
  std::set<container_id> noted{};
  std::set<container_id> rebooted{};
  /// What was known not to be kept by the engine when reboots were required: by subject, the digest
  /// of the differences.
  std::map<std::string, std::string> unkept{};

  bool operator==(const boot_facts&) const = default;
};
/// Notes that the device is to be rebooted before that container is started. Source:
/// spec/state-engine.md §5.2.
struct require_reboot {
  container_id container;
  std::map<std::string, std::string> unkept{}; ///< As in `boot_facts`; added to what is known.
};

/// Asks for what config.json tells the OS of the things that are Copal's to set.
struct get_os_settings {};
struct os_settings {
  /// `os.kernel.extraFirmwareVol`: the engine's volume in which the OS looks for firmware, too.
  /// Empty: none is named, or the file cannot be read. Source: spec/host.md §1.1.
  std::string firmware_volume;

  bool operator==(const os_settings&) const = default;
};
/// Names that volume there; whatever else the file holds stays.
struct set_firmware_volume {
  std::string name;
};

/// How much may still be written to the file system that holds a path of the host.
struct get_free_space {
  std::string path; ///< Absolute, as the host sees it.
};
struct free_space {
  std::int64_t bytes = 0;

  bool operator==(const free_space&) const = default;
};

template <class I>
typename I::result_type inspect(I& f, take_locks& x) {
  return f(x.app, x.services, x.force);
}

template <class I>
typename I::result_type inspect(I& f, locks_gone& x) {
  return f(x.app);
}

template <class I>
typename I::result_type inspect(I& f, get_os_update&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, os_update& x) {
  return f(x.breadcrumbs);
}

template <class I>
typename I::result_type inspect(I& f, release_locks& x) {
  return f(x.app);
}

template <class I>
typename I::result_type inspect(I& f, make_lock_folder& x) {
  return f(x.app, x.service);
}

template <class I>
typename I::result_type inspect(I& f, locks_done&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, find_own_locks&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, find_user_locks& x) {
  return f(x.services);
}

template <class I>
typename I::result_type inspect(I& f, own_locks& x) {
  return f(x.apps);
}

template <class I>
typename I::result_type inspect(I& f, found_locks& x) {
  return f(x.held);
}

template <class I>
typename I::result_type inspect(I& f, forget_handover& x) {
  return f(x.app, x.service);
}

template <class I>
typename I::result_type inspect(I& f, forgotten&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, await_handover& x) {
  return f(x.app, x.service, x.timeout);
}

template <class I>
typename I::result_type inspect(I& f, handover_ended& x) {
  return f(x.said);
}

template <class I>
typename I::result_type inspect(I& f, get_addresses&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, addresses& x) {
  return f(x.ip, x.mac);
}

template <class I>
typename I::result_type inspect(I& f, get_boot&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, boot_facts& x) {
  return f(x.id, x.at, x.reboot, x.noted, x.rebooted, x.unkept);
}

template <class I>
typename I::result_type inspect(I& f, require_reboot& x) {
  return f(x.container, x.unkept);
}

template <class I>
typename I::result_type inspect(I& f, get_os_settings&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, os_settings& x) {
  return f(x.firmware_volume);
}

template <class I>
typename I::result_type inspect(I& f, set_firmware_volume& x) {
  return f(x.name);
}

template <class I>
typename I::result_type inspect(I& f, get_free_space& x) {
  return f(x.path);
}

template <class I>
typename I::result_type inspect(I& f, free_space& x) {
  return f(x.bytes);
}

} // namespace copal::host

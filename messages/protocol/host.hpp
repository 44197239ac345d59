#pragma once

#include "messages/protocol/type_ids.hpp"

#include <caf/typed_actor.hpp>

namespace copal {

/// Hears when a user's lock goes that was in the way.
using lock_sink_actor = caf::typed_actor<caf::reacts_to<host::locks_gone>>;

/// The machine below: its files and its network.
using host_actor = caf::typed_actor<
  // A missing folder is made. unavailable (a folder cannot be made or looked into; nothing is
  // taken), invalid_input (a service name that cannot be a folder's).
  caf::replies_to<host::take_locks>::with<host::found_locks>,
  // Nothing of ours there is success. unavailable (a file cannot be deleted).
  caf::replies_to<host::release_locks>::with<host::locks_done>,
  // unavailable, invalid_input: as for taking.
  caf::replies_to<host::make_lock_folder>::with<host::locks_done>,
  // unavailable (a folder cannot be looked into).
  caf::replies_to<host::find_own_locks>::with<host::own_locks>,
  // Nothing is changed, and nothing is told when they go. unavailable: as for taking.
  caf::replies_to<host::find_user_locks>::with<host::found_locks>,
  // unavailable (the state partition cannot be looked into).
  caf::replies_to<host::get_os_update>::with<host::os_update>,
  // None there is success. unavailable (it cannot be deleted), invalid_input (as above).
  caf::replies_to<host::forget_handover>::with<host::forgotten>,
  // Looks ten times a second. unavailable (a folder cannot be looked into), invalid_input (as
  // above), conflict (a later wait for the service came), exhausted (too many waits).
  caf::replies_to<host::await_handover>::with<host::handover_ended>,
  // unavailable (the system does not tell).
  caf::replies_to<host::get_addresses>::with<host::addresses>,
  // unavailable (the path cannot be seen from here, or its file system does not tell).
  caf::replies_to<host::get_free_space>::with<host::free_space>,
  // All are there then, as they are to be. invalid_input (a name that is none of ours), exhausted
  // (no space), unavailable (the folder or a file cannot be made).
  caf::replies_to<host::place_files>::with<host::files_done>,
  // A folder that is not there has none. unavailable (one cannot be removed).
  caf::replies_to<host::keep_files>::with<host::files_done>,
  // unavailable (the system does not tell).
  caf::replies_to<host::get_boot>::with<host::boot_facts>,
  // Answered with what is so afterwards. unavailable (the flag, or for whom it is, cannot be
  // written).
  caf::replies_to<host::require_reboot>::with<host::boot_facts>,
  // Always answered: a file that cannot be read names nothing.
  caf::replies_to<host::get_os_settings>::with<host::os_settings>,
  // Answered with what is so afterwards. not_found, exhausted (too large), unavailable (cannot be
  // read or written), invalid_input (it is not understood); the file stays as it is then.
  caf::replies_to<host::set_firmware_volume>::with<host::os_settings>>;

} // namespace copal

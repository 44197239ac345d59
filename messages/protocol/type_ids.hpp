#pragma once

#include "messages/api.hpp"
#include "messages/engine.hpp"
#include "messages/host.hpp"
#include "messages/host_files.hpp"
#include "messages/journal.hpp"
#include "messages/keys.hpp"
#include "messages/power.hpp"
#include "messages/protocol/inspect.hpp"
#include "messages/protocol/relay.hpp"
#include "messages/registry.hpp"
#include "messages/requests.hpp"
#include "messages/store.hpp"
#include "messages/supervision.hpp"
#include "messages/target_file.hpp"
#include "messages/update.hpp"

#include <caf/error.hpp>
#include <caf/make_message.hpp>
#include <caf/type_id.hpp>

// Every message of Copal has a number here, so that each can be serialised, recorded and replayed.
// New ones go to the end of their conversation's list.
CAF_BEGIN_TYPE_ID_BLOCK(copal, caf::first_custom_type_id)

// supervision
CAF_ADD_TYPE_ID(copal, (copal::wake_up))
CAF_ADD_TYPE_ID(copal, (copal::probe))
CAF_ADD_TYPE_ID(copal, (copal::alive))
CAF_ADD_TYPE_ID(copal, (copal::get_health))
CAF_ADD_TYPE_ID(copal, (copal::health))
CAF_ADD_TYPE_ID(copal, (copal::stop_all))
CAF_ADD_TYPE_ID(copal, (copal::point_relay))
CAF_ADD_TYPE_ID(copal, (copal::get_relay_counts))
CAF_ADD_TYPE_ID(copal, (copal::relay_counts))
CAF_ADD_TYPE_ID(copal, (copal::child_health))
CAF_ADD_TYPE_ID(copal, (copal::timer_due))

// update
CAF_ADD_TYPE_ID(copal, (copal::set_target))
CAF_ADD_TYPE_ID(copal, (copal::target_accepted))
CAF_ADD_TYPE_ID(copal, (copal::apply_now))
CAF_ADD_TYPE_ID(copal, (copal::applying))
CAF_ADD_TYPE_ID(copal, (copal::do_step))
CAF_ADD_TYPE_ID(copal, (copal::step_done))
CAF_ADD_TYPE_ID(copal, (copal::image_step_done))
CAF_ADD_TYPE_ID(copal, (copal::get_engine_view))
CAF_ADD_TYPE_ID(copal, (copal::engine_view))
CAF_ADD_TYPE_ID(copal, (copal::get_images_view))
CAF_ADD_TYPE_ID(copal, (copal::images_view))
CAF_ADD_TYPE_ID(copal, (copal::get_progress))
CAF_ADD_TYPE_ID(copal, (copal::look_at_images))
CAF_ADD_TYPE_ID(copal, (copal::progress))
CAF_ADD_TYPE_ID(copal, (copal::step_note))
CAF_ADD_TYPE_ID(copal, (copal::look_for_target))

// requests
CAF_ADD_TYPE_ID(copal, (copal::requests::perform))
CAF_ADD_TYPE_ID(copal, (copal::requests::performed))

// journal
CAF_ADD_TYPE_ID(copal, (copal::log_line))

// engine
CAF_ADD_TYPE_ID(copal, (copal::engine::watch_events))
CAF_ADD_TYPE_ID(copal, (copal::engine::watching))
CAF_ADD_TYPE_ID(copal, (copal::engine::event_batch))
CAF_ADD_TYPE_ID(copal, (copal::engine::taken))
CAF_ADD_TYPE_ID(copal, (copal::engine::watch_ended))
CAF_ADD_TYPE_ID(copal, (copal::engine::list_containers))
CAF_ADD_TYPE_ID(copal, (copal::engine::container_list))
CAF_ADD_TYPE_ID(copal, (copal::engine::inspect_container))
CAF_ADD_TYPE_ID(copal, (copal::container))
CAF_ADD_TYPE_ID(copal, (copal::engine::list_networks))
CAF_ADD_TYPE_ID(copal, (copal::engine::network_list))
CAF_ADD_TYPE_ID(copal, (copal::engine::list_volumes))
CAF_ADD_TYPE_ID(copal, (copal::engine::volume_list))
CAF_ADD_TYPE_ID(copal, (copal::engine::list_images))
CAF_ADD_TYPE_ID(copal, (copal::engine::image_list))
CAF_ADD_TYPE_ID(copal, (copal::engine::inspect_image))
CAF_ADD_TYPE_ID(copal, (copal::engine::image_details))
CAF_ADD_TYPE_ID(copal, (copal::engine::done))
CAF_ADD_TYPE_ID(copal, (copal::engine::pull_image))
CAF_ADD_TYPE_ID(copal, (copal::engine::pull_progress))
CAF_ADD_TYPE_ID(copal, (copal::engine::end_pulls))
CAF_ADD_TYPE_ID(copal, (copal::engine::remove_image))
CAF_ADD_TYPE_ID(copal, (copal::engine::create_container))
CAF_ADD_TYPE_ID(copal, (copal::container_id))
CAF_ADD_TYPE_ID(copal, (copal::engine::connect_network))
CAF_ADD_TYPE_ID(copal, (copal::engine::start_container))
CAF_ADD_TYPE_ID(copal, (copal::engine::stop_container))
CAF_ADD_TYPE_ID(copal, (copal::engine::remove_container))
CAF_ADD_TYPE_ID(copal, (copal::engine::rename_container))
CAF_ADD_TYPE_ID(copal, (copal::engine::set_restart_policy))
CAF_ADD_TYPE_ID(copal, (copal::engine::create_network))
CAF_ADD_TYPE_ID(copal, (copal::engine::remove_network))
CAF_ADD_TYPE_ID(copal, (copal::engine::create_volume))
CAF_ADD_TYPE_ID(copal, (copal::engine::remove_volume))
CAF_ADD_TYPE_ID(copal, (copal::engine::get_traits))
CAF_ADD_TYPE_ID(copal, (copal::engine::traits))

// store
CAF_ADD_TYPE_ID(copal, (copal::store::stored))
CAF_ADD_TYPE_ID(copal, (copal::store::load_rows))
CAF_ADD_TYPE_ID(copal, (copal::store::row_list))
CAF_ADD_TYPE_ID(copal, (copal::store::put_row))
CAF_ADD_TYPE_ID(copal, (copal::store::drop_row))
CAF_ADD_TYPE_ID(copal, (copal::store::load_target))
CAF_ADD_TYPE_ID(copal, (copal::store::stored_target))
CAF_ADD_TYPE_ID(copal, (copal::store::save_target))
CAF_ADD_TYPE_ID(copal, (copal::store::load_commits))
CAF_ADD_TYPE_ID(copal, (copal::store::commit_list))
CAF_ADD_TYPE_ID(copal, (copal::store::save_commit))
CAF_ADD_TYPE_ID(copal, (copal::store::load_keys))
CAF_ADD_TYPE_ID(copal, (copal::store::key_list))
CAF_ADD_TYPE_ID(copal, (copal::store::put_key))
CAF_ADD_TYPE_ID(copal, (copal::store::load_facts))
CAF_ADD_TYPE_ID(copal, (copal::store::store_facts))
CAF_ADD_TYPE_ID(copal, (copal::store::load_holds))
CAF_ADD_TYPE_ID(copal, (copal::store::hold_list))
CAF_ADD_TYPE_ID(copal, (copal::store::put_hold))
CAF_ADD_TYPE_ID(copal, (copal::store::drop_hold))
CAF_ADD_TYPE_ID(copal, (copal::store::load_downtimes))
CAF_ADD_TYPE_ID(copal, (copal::store::downtime_list))
CAF_ADD_TYPE_ID(copal, (copal::store::put_downtime))

// host
CAF_ADD_TYPE_ID(copal, (copal::host::take_locks))
CAF_ADD_TYPE_ID(copal, (copal::host::release_locks))
CAF_ADD_TYPE_ID(copal, (copal::host::make_lock_folder))
CAF_ADD_TYPE_ID(copal, (copal::host::locks_done))
CAF_ADD_TYPE_ID(copal, (copal::host::find_own_locks))
CAF_ADD_TYPE_ID(copal, (copal::host::own_locks))
CAF_ADD_TYPE_ID(copal, (copal::host::find_user_locks))
CAF_ADD_TYPE_ID(copal, (copal::host::found_locks))
CAF_ADD_TYPE_ID(copal, (copal::host::locks_gone))
CAF_ADD_TYPE_ID(copal, (copal::host::get_os_update))
CAF_ADD_TYPE_ID(copal, (copal::host::os_update))
CAF_ADD_TYPE_ID(copal, (copal::host::forget_handover))
CAF_ADD_TYPE_ID(copal, (copal::host::forgotten))
CAF_ADD_TYPE_ID(copal, (copal::host::await_handover))
CAF_ADD_TYPE_ID(copal, (copal::host::handover_ended))
CAF_ADD_TYPE_ID(copal, (copal::host::get_addresses))
CAF_ADD_TYPE_ID(copal, (copal::host::addresses))
CAF_ADD_TYPE_ID(copal, (copal::host::place_files))
CAF_ADD_TYPE_ID(copal, (copal::host::keep_files))
CAF_ADD_TYPE_ID(copal, (copal::host::files_done))
CAF_ADD_TYPE_ID(copal, (copal::host::get_boot))
CAF_ADD_TYPE_ID(copal, (copal::host::boot_facts))
CAF_ADD_TYPE_ID(copal, (copal::host::require_reboot))
CAF_ADD_TYPE_ID(copal, (copal::host::get_os_settings))
CAF_ADD_TYPE_ID(copal, (copal::host::os_settings))
CAF_ADD_TYPE_ID(copal, (copal::host::set_firmware_volume))
CAF_ADD_TYPE_ID(copal, (copal::host::get_free_space))
CAF_ADD_TYPE_ID(copal, (copal::host::free_space))

// registry
CAF_ADD_TYPE_ID(copal, (copal::registry::look_at_image))
CAF_ADD_TYPE_ID(copal, (copal::registry::remote_image))

// power
CAF_ADD_TYPE_ID(copal, (copal::power::reboot))
CAF_ADD_TYPE_ID(copal, (copal::power::accepted))

// keys
CAF_ADD_TYPE_ID(copal, (copal::keys::get_keys))
CAF_ADD_TYPE_ID(copal, (copal::keys::issued_keys))
CAF_ADD_TYPE_ID(copal, (copal::keys::get_key_ring))
CAF_ADD_TYPE_ID(copal, (copal::keys::key_ring))

// the local API
CAF_ADD_TYPE_ID(copal, (copal::api::request))
CAF_ADD_TYPE_ID(copal, (copal::api::reply))
CAF_ADD_TYPE_ID(copal, (copal::api::changed))
CAF_ADD_TYPE_ID(copal, (copal::api::get_listening))
CAF_ADD_TYPE_ID(copal, (copal::api::listening))

// target file
CAF_ADD_TYPE_ID(copal, (copal::target_file::read))
CAF_ADD_TYPE_ID(copal, (copal::target_file::reading))
CAF_ADD_TYPE_ID(copal, (copal::target_file::find_other))
CAF_ADD_TYPE_ID(copal, (copal::target_file::other_found))
CAF_ADD_TYPE_ID(copal, (copal::get_target_source))
CAF_ADD_TYPE_ID(copal, (copal::target_source_state))

CAF_END_TYPE_ID_BLOCK(copal)

CAF_ERROR_CODE_ENUM(copal::errc, "copal")

namespace caf {
class actor_system_config;
} // namespace caf

namespace copal {

/// Makes the messages known to an actor system. Once, before the system is made.
void add_messages_to(caf::actor_system_config& config);

/// Our error as CAF carries it; the text goes along.
caf::error to_caf(const error& e);

/// And back. CAF's own codes become: receiver down or unreachable -> `unavailable`, request timeout
/// -> `timeout`, anything else -> `internal`.
error from_caf(const caf::error& e);

} // namespace copal

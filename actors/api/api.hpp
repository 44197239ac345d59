#pragma once

#include "actors/api/status.hpp"
#include "actors/api/work.hpp"
#include "actors/timers.hpp"
#include "messages/protocol/api.hpp"
#include "messages/protocol/host.hpp"
#include "messages/protocol/target_file.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

namespace copal {

/// `api` as the root sees it.
using api_child = with_timers<supervised<api_actor>>;

/// Whom `api` talks to: stable handles.
struct api_links {
  conductor_actor conductor;
  keys_actor keys;
  host_actor host;
  reply_keeper_actor keeper{};    ///< Hears when kept replies are void; may be null.
  update_trigger_actor trigger{}; ///< Looks for a new target; null where none can be looked for.
  target_source_actor source{};   ///< Null where the target comes from no file.
};

struct api_config {
  api::device_words words;
};

struct api_state {
  api_state() {}
  static inline const char* name = "api";

  api_config config;
  api_links links;

  // What is known, and which edition of it this is.
  std::optional<progress> where;
  std::optional<health> children;
  keys::key_ring ring; ///< Without the global key: not known yet.
  host::addresses addresses;
  api::edition now;
  bool given_out = false; ///< Replies of this edition may be kept by others.

  std::vector<caf::typed_response_promise<api::reply>> waiting; ///< For the addresses.
  std::map<std::uint64_t, work_under_way> work;                 ///< By ticket.
  std::uint64_t last_ticket = 0;
  timers<std::string> waits;
};

/// Answers the local API. What it needs it is told; it asks anew only after its own start, but for
/// what an explanation asks others. A reply that holds until something changes says so, and whoever
/// keeps it hears when that is.
api_child::behavior_type run_api(api_child::stateful_pointer<api_state> self,
  api_config config,
  api_links links,
  std::uint64_t incarnation);

} // namespace copal

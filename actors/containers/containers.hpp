#pragma once

#include "actors/containers/operations.hpp"
#include "actors/timers.hpp"
#include "messages/protocol/supervision.hpp"
#include "messages/protocol/update.hpp"

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace copal {

/// `containers` as the root sees it.
using containers_child = with_timers<supervised<containers_actor>>;

/// Whom `containers` talks to: stable handles.
struct containers_links {
  engine_actor engine;
  view_sink_actor sink; ///< Hears of every new view.
  images_actor images;  ///< Is told when the engine's images may have changed.
};

struct containers_config {
  std::function<wall_time()> wall_clock{}; ///< For the times of failures; null: the epoch is told.
};

/// A step that is being done.
struct running_step {
  step what;
  std::vector<engine_call> calls;
  std::size_t next = 0; ///< Index of the call under way, or of the next one.
  container_id id; ///< Of the container it is about; known from the first call on at the latest.
  bool looking = false; ///< The look after the last call is on its way.
  std::optional<error> failed;
  std::vector<caf::typed_response_promise<step_done>> askers;
};

/// The lists of one kind that were asked for.
struct asked_lists {
  std::uint64_t shown_by = 0; ///< The look that the shown list came from.
  int under_way = 0;
  bool outdated = false; ///< Something changed meanwhile: there is one more when they are there.
};

/// Where the watch on the engine stands.
enum class watch_phase : std::uint8_t {
  away,    ///< No stream; the next try is timed.
  opening, ///< The stream was asked for.
  listing, ///< The stream is open; what is there is being listed.
  live,    ///< The view is complete, and follows the events.
};

struct containers_state {
  containers_state() {}
  static inline const char* name = "containers";

  containers_links links;
  containers_config config;
  std::uint64_t incarnation = 0;
  std::uint64_t revision = 0;

  // What the engine shows.
  std::map<container_id, supervised_container> containers;
  std::vector<engine_network> networks;
  std::vector<engine_volume> volumes;
  engine_features lacks;
  std::set<container_id> stopped_from_outside;
  std::set<container_id> stopped_by_us; ///< Their late `kill` events are our own.
  engine_view last;                     ///< As it was told last.

  // The watch.
  watch_phase phase = watch_phase::away;
  std::uint64_t watch = 0;                 ///< Of the present watch; grows over incarnations.
  std::optional<silence> silent;           ///< Until the view is complete again.
  std::uint64_t listing = 0;               ///< Of the present listing.
  bool listing_now = false;                ///< Answers to it are on their way.
  int answers_missing = 0;                 ///< Of its three lists, and of what the engine is.
  std::vector<container_id> listed;        ///< Those that are supervised.
  std::deque<container_id> to_inspect;     ///< Found by the list, one after the other.
  std::vector<engine::event> early_events; ///< Came while listing; at most `most_early_events`.
  bool list_again = false;                 ///< Too many came.

  // Single looks. A look that was asked for later wins, whichever answer comes first.
  std::uint64_t last_look = 0;
  std::map<container_id, std::uint64_t> shown_by; ///< The look that the shown state came from.
  std::set<container_id> looking;
  std::set<container_id> look_again;
  asked_lists network_lists;
  asked_lists volume_lists;

  std::map<std::string, running_step> steps; ///< By subject.
  std::vector<std::string> after_listing;    ///< Subjects whose outcome only a list can tell.
  timers<std::string> waits;
};

/// Keeps what the engine shows, and does the steps on containers, networks and volumes. All it
/// knows is found again by a new incarnation.
containers_child::behavior_type containers(
  containers_child::stateful_pointer<containers_state> self,
  containers_links links,
  containers_config config,
  std::uint64_t incarnation);

} // namespace copal

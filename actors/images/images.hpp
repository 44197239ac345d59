#pragma once

#include "actors/timers.hpp"
#include "messages/protocol/host.hpp"
#include "messages/protocol/registry.hpp"
#include "messages/protocol/store.hpp"
#include "messages/protocol/supervision.hpp"
#include "messages/protocol/update.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace copal {

/// `images` as the root sees it.
using images_child = with_timers<supervised<images_actor>>;

/// Whom `images` talks to: stable handles.
struct images_links {
  engine_actor engine;
  store_actor store;
  view_sink_actor sink;      ///< Hears of every new view.
  registry_actor registry{}; ///< Null: sizes of images are not known.
  host_actor host{};         ///< Null: nor is the free space.
};

/// Enough for the supervisor's own state, logs and the engine's own files beside the images.
inline constexpr std::int64_t default_kept_free = 64LL * 1024 * 1024;

struct images_config {
  /// No pause between two tries of a fetch is longer; the poll interval, as a rule.
  std::chrono::milliseconds longest_pause = std::chrono::minutes{15};
  /// Bytes that a fetch leaves free where the engine keeps images; nothing: fetches are not held
  /// for want of space.
  std::optional<std::int64_t> kept_free = default_kept_free;
  /// False: the engine is on another machine, whose disk cannot be looked at; nothing is held.
  bool engine_is_here = true;
  std::string own_image{}; ///< The supervisor's own, as the host names it; empty: none.
  std::function<wall_time()> wall_clock{}; ///< For the times of failures; null: the epoch is told.
};

/// A fetch under way.
struct running_fetch {
  std::uint64_t number = 0; ///< Told apart from an earlier, given-up fetch of the same name.
  image_row row;
  int percent = 0;
  bool heard = false;               ///< Since the last check.
  bool pulling = false;             ///< Before, each question has a deadline of its own.
  std::int64_t needs = 0;           ///< Bytes on the disk, as estimated; 0: not known.
  std::int64_t free = 0;            ///< Bytes that it began with; 0: not known.
  std::set<engine_image_id> before; ///< What the engine had when the pull began.
  std::uint64_t after_look = 0; ///< Fetched and recorded; over when the look of that number ended.
};

/// A step on rows under way.
struct running_image_step {
  step what;
  std::uint64_t after_look = 0; ///< Answered when the look of that number has ended; 0: not yet.
  std::vector<caf::typed_response_promise<image_step_done>> askers;
};

struct images_state {
  images_state() {}
  static inline const char* name = "images";

  images_links links;
  images_config config;
  std::uint64_t incarnation = 0;
  std::uint64_t revision = 0;
  std::uint64_t last_fetch = 0;

  bool rows_known = false;
  bool rows_doubtful = false; ///< A write failed and may have had its effect; they are read anew.
  bool engine_known = false;
  std::vector<image_row> rows; ///< As stored; sorted.
  std::vector<engine_image> engine;
  std::map<engine_image_id, image_facts> facts;
  std::map<std::string, running_fetch> fetching;   ///< By image name.
  std::map<std::string, fetch_failure> failures;   ///< By image name.
  std::map<std::string, image_size> sizes;         ///< By image name, until it is fetched.
  std::map<std::string, space_shortage> shortages; ///< By image name.
  std::map<std::string, std::int64_t> least; ///< Bytes that fetches need that filled the disk.
  std::string data_root; ///< Where the engine keeps images; known when a size is.
  std::map<std::string, running_image_step> steps; ///< By subject.
  std::map<std::string, int> refusals;             ///< Removals in a row, by image name.
  images_view last;                                ///< As it was told last.

  // The look at the engine's images: one at a time, and once more when asked for meanwhile.
  bool looking = false;
  std::uint64_t look_number = 0; ///< Of the present look, or of the last one.
  bool look_again = false;
  std::optional<silence> engine_silent; ///< Of the last looks.
  std::optional<silence> store_silent;  ///< Of the last tries to read the rows.
  bool loading = false;                 ///< They are being read: one at a time, and once more
  bool load_again = false;              ///< when asked for meanwhile.

  timers<std::string> waits; ///< Image names, and the names below.
};

/// Keeps the image rows, what the engine has of them, and does the steps on images. A row is
/// written before its image is fetched, so that a crash in between leaves nothing that nobody knows
/// of.
images_child::behavior_type images(images_child::stateful_pointer<images_state> self,
  images_links links,
  images_config config,
  std::uint64_t incarnation);

} // namespace copal

#pragma once

#include "actors/images/images.hpp"

// The parts of one actor; nobody else includes this.
namespace copal::images_parts {

using self_ptr = images_child::stateful_pointer<images_state>;

inline constexpr std::chrono::seconds read_deadline{30};
inline constexpr std::chrono::seconds store_deadline{30};
inline constexpr std::chrono::minutes remove_deadline{2};

// Timers beside the image names (which hold a ':' or '@', so that these are no image's).
inline constexpr const char* look_timer = "look";
inline constexpr const char* load_timer = "load";
inline constexpr const char* fetch_timer = "fetches";
inline constexpr const char* least_timer = "least "; ///< And an image name, which has no blank.

images_view view_of(const images_state& st);

/// Tells the sink when the view changed since it was told last.
void tell(self_ptr self);

/// Reads the rows, and asks again until it has them.
void load_rows(self_ptr self);

/// A write failed: what is on the disk is read anew, and until then nothing is decided by it.
void doubt_rows(self_ptr self);

/// Lists the engine's images, and inspects those that rows name and that are not known yet.
void look(self_ptr self);

/// Forgets what images bring that nobody asks about any more.
void forget_facts(images_state& st);

/// The same row but for what only the engine knows.
bool has_key_of(const image_row& a, const image_row& b);

/// Takes a row as stored.
void keep_row(images_state& st, const image_row& row);
void forget_row(images_state& st, const image_row& row);

/// The stored row that is the same but for what only the engine knows; null when there is none.
const image_row* find_row(const images_state& st, const image_row& row);

const engine_image* find_image(const images_state& st, const engine_image_id& id);

/// The fetch of that name is still the one of that number.
bool is_current(self_ptr self, const std::string& name, std::uint64_t number);

/// Finds out whether there is room for a fetch that has begun, and goes on with it, or holds it.
void find_room(self_ptr self, const std::string& name, std::uint64_t number);
/// Something may have made room: what is held is tried again.
void wake_held(self_ptr self);
/// A fetch has filled the disk: it needs more than what was free when it began.
void note_full_disk(self_ptr self, const std::string& name, std::int64_t free);
/// That is doubted again.
void doubt_least(images_state& st, const std::string& timer);

/// The pause before another try of a fetch is over; or nobody has asked for it since.
void pause_over(self_ptr self, const std::string& name);
/// Another try has begun, or the image is there.
void end_pause(images_state& st, const std::string& name);

/// Writes the row of a fetch that has begun, and has the image pulled.
void record_and_pull(self_ptr self, const std::string& name, std::uint64_t number);
void fetch_failed(self_ptr self, const std::string& name, error why);
/// Names that are kept at a time beside the fetches under way: more than any release has.
inline constexpr std::size_t most_names = 1000;
/// Forgets the fetch; what it does in the engine, or has begun there, is the caller's to end.
void forget_fetch(images_state& st, const std::string& name);

/// Begins a fetch; joins one that is under way.
void begin_fetch(self_ptr self, const image_row& row);
void take_progress(self_ptr self, const engine::pull_progress& news);
void check_fetches(self_ptr self);

void save(self_ptr self, const std::string& subject, const image_row& row);
void remove(self_ptr self, const std::string& subject, const image_row& row);
/// The step is done; it is answered when the view shows it.
void answer_after_look(self_ptr self, const std::string& subject);
void look_has_ended(self_ptr self);
void finish(self_ptr self, const std::string& subject, const std::optional<error>& failed);

} // namespace copal::images_parts

#pragma once

#include "actors/conductor/conductor.hpp"

// The parts of one actor; nobody else includes this.
namespace copal::conductor_parts {

using self_ptr = conductor_child::stateful_pointer<conductor_state>;

inline constexpr const char* load_timer = "load";
inline constexpr const char* views_timer = "views";
inline constexpr const char* tell_timer = "tell";
inline constexpr const char* keys_timer = "keys";
inline constexpr const char* files_timer = "files";
inline constexpr const char* holds_timer = "holds";
inline constexpr const char* boot_timer = "boot";
inline constexpr const char* guard_timer = "guard";      ///< Of an update of the host's.
inline constexpr const char* uptime_timer = "uptime";    ///< Till a reboot would not be too early.
inline constexpr const char* down_timer = "down";        ///< Of a reboot that was accepted.
inline constexpr const char* request_timer = "request "; ///< And its number.
inline std::string unsure_timer(app_id app) {
  return "unsure:" + to_string(app);
}
/// The subject of an app's locks.
inline std::string locks_of(app_id app) {
  return "locks:" + to_string(app);
}

// conductor.cpp

/// Tells the watchers where it stands, now or when they have had a moment's peace.
void tell(self_ptr self);

// loop.cpp: from what is shown to the next steps.

/// Takes a view unless a newer one is known.
void take_view(conductor_state& st, engine_view view);
void take_view(conductor_state& st, images_view view);

/// Makes a plan from what is known now and begins its steps.
void replan(self_ptr self);

/// False: what is waited for is the engine's, and we have nothing to do.
bool waits_for_us(const wait_reason& w);

/// After that plan nothing more is to be done, or to come, for an app.
bool is_over(const conductor_state& st, const plan& made, app_id app);

/// The pause of a subject is over.
void pause_over(self_ptr self, const std::string& subject);

/// Every pause ends, and users' locks are looked at anew.
void end_pauses(conductor_state& st);

/// Users' locks do not count until each app has got to its target.
void force_all(conductor_state& st);

// remakes.cpp: what is made anew and still differs.

/// Sorts out the losses in a plan that were taken before, and in vain: they wait, or what they are
/// about is left as it is. True: another plan is to be made.
bool holds_back_remakes(self_ptr self, const plan& made);

/// A step begins.
void note_remake(conductor_state& st,
  const step& s,
  const std::map<std::string, std::vector<planning::field_difference>>& behind);

/// What is as asked for was not made in vain; what is still there was not made anew.
void forget_remakes(conductor_state& st, const plan& made);
void forget_remakes_of(conductor_state& st, const std::string& subject);

/// What was left as it is may be had from the engine that there is now, or by this target.
void doubt_engine(conductor_state& st);
void doubt_target(conductor_state& st, const device_target& next);

// reboots.cpp

/// Whether the device was booted too short a while ago to be rebooted.
void judge_uptime(self_ptr self);

/// After a plan: looks again, from time to time, at what a wait for a reboot depends on.
void doubt_boot(self_ptr self);

/// Asks anew when the machine was booted, and plans by that.
void look_at_boot(self_ptr self);

/// Notes that a reboot is required.
void require_reboot(self_ptr self, const step& s);

/// Names the volume of the extra firmware in config.json.
void name_firmware_volume(self_ptr self, const step& s, const std::string& name);

/// Reboots the device, if that is still right. Nothing is begun from now on.
void reboot(self_ptr self);

/// The reboot was accepted, and has not happened.
void still_up(self_ptr self);

// breakages.cpp

/// The step on that subject, still among the running ones, has failed.
void note_refused_start(conductor_state& st, const std::string& subject, const error& why);
/// A step begins: it may remove what cannot be started any more.
void note_renewal(conductor_state& st, const step& s);
/// A step has succeeded.
void note_good_start(conductor_state& st, const step& s);
void forget_breakages(conductor_state& st);

// heals.cpp

/// Sorts out the starts in a plan of containers that ended soon after their last start: each waits
/// for a pause that grows with each time in a row. True: another plan is to be made.
bool holds_back_heals(self_ptr self, const plan& made);

/// A step begins.
void note_heal(conductor_state& st, const step& s);

// keys.cpp

/// Whether a service of the target has no key yet; if so, it is asked for, and what waits is told.
bool lacks_keys(self_ptr self);

// requests.cpp: what people ask beside the target.

/// Answered when it is done, when it fails, or when it takes too long.
caf::result<requests::performed> take_request(self_ptr self, const requests::perform& what);

/// Those for whole apps that have not begun are void: a newer one has come, or all are given up.
void void_waiting(self_ptr self);

/// Begins those that nothing stands in the way of.
void begin_requests(self_ptr self);

/// Puts what is asked for into the situation; holds that are over are forgotten.
void ask_the_plan(self_ptr self);

/// Answers those that are done, or cannot be, after that plan. True: another plan is to be made.
bool settle_requests(self_ptr self, const plan& made);

/// A step has ended; with an error, those that needed it are answered with it.
void request_step_ended(self_ptr self, const step& s, const error* why);

/// The time of one is over, by its timer.
void request_late(self_ptr self, const std::string& timer);

/// Drops on the disk what is no longer held, one after the other, until it is done.
void forget_next(self_ptr self);

/// What the last run held.
void holds_loaded(self_ptr self, std::vector<service_hold> holds);

// steps.cpp: handing out.

/// Hands a step to the actor that does it; plans again when it has ended.
void begin(self_ptr self, const step& s);

/// How a step has ended; plans again.
void step_succeeded(self_ptr self, const std::string& subject, const std::string& action);
void step_failed(
  self_ptr self, const std::string& subject, const std::string& action, const caf::error& why);

/// The step waits for a pause that grows with each time in a row.
void pause_step(self_ptr self, const std::string& subject, const std::string& action, error why);

// files.cpp: the secrets and configs of services.

/// Has the files placed of the service that a step starts, then goes on; without them the step has
/// failed.
void with_files(
  self_ptr self, const step& s, std::vector<service_file> files, std::function<void()> go_on);

/// Has the files removed that neither the target names nor a container mounts.
void tidy_files(self_ptr self);

// downtimes.cpp

/// A step begins that may take a service down, or has succeeded that brings one up.
void note_going_down(self_ptr self, const step& s);
void note_coming_up(self_ptr self, const step& s);

// locks.cpp

void ask_for_locks(self_ptr self, const step& s, const take_locks& what);
void give_locks_back(self_ptr self, const step& s);

/// Goes on once the lock folder of a service is there: the engine would make it for its own user
/// alone. A service without it runs, too.
void with_lock_folder(
  self_ptr self, app_id app, const service_name& service, const std::function<void()>& go_on);

/// A user's lock went, so that the wait for it is over.
void lock_went(self_ptr self, app_id app);

/// Of a stop of that app nobody hears any more, and the engine may be at it for so long yet: our
/// locks stay meanwhile.
void be_unsure(self_ptr self, app_id app, std::chrono::seconds time);

// target.cpp: where the target comes from and how it is kept.

/// Checks a target, has it stored, and then turns to it. One at a time, in the order they came.
caf::result<target_accepted> take_target(self_ptr self, set_target& msg);

/// Asks the store for what the last run left, until it answers.
void load(self_ptr self);

} // namespace copal::conductor_parts

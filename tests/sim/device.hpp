#pragma once

#include "main/tree.hpp"
#include "tests/fakes/engine_world.hpp"
#include "tests/fakes/fake_host.hpp"
#include "tests/fakes/fake_power.hpp"
#include "tests/fakes/fake_registry.hpp"
#include "tests/fakes/fake_store.hpp"
#include "tests/fakes/fault_source.hpp"
#include "tests/support/ask.hpp"
#include "tests/support/virtual_system.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace copal::test {

/// A target that was sent, and may be in force.
struct sent_target {
  target_document doc;
  device_target target; ///< With the keys that are on the disk, as of `know_keys`.
  bool force = false;
  virtual_system::time_point at;
  answer<target_accepted> told;

  [[nodiscard]] bool accepted() const { return told.there() && told.get(); }
};

/// What somebody asked for beside the target.
struct sent_request {
  requests::perform what;
  virtual_system::time_point at;
  answer<requests::performed> told;
  std::optional<virtual_system::time_point> cut{}; ///< The asker's connection ended with the power.
};

/// A device in virtual time: the real supervision tree and the real deciding actors over fake
/// edges. What is on its disk and in its engine outlives a power cut.
class simulated_device {
public:
  explicit simulated_device(std::uint64_t seed);

  static device_facts facts();

  void start();
  /// kill -9: every actor is gone, the disk and the engine stay. Call `start` afterwards.
  void power_cut();
  /// The engine ends and is away for so long.
  void engine_outage(std::chrono::seconds away);
  /// The machine ends, loses what it has in memory, and starts again with all that starts by
  /// itself.
  void reboot();
  /// The same, if the machine was told to. False: it was not.
  bool reboot_as_told();

  /// Sends a target in the cloud's v3 form; it is one of the possible ones from then on.
  answer<target_accepted> send_target(value doc, bool force = false);
  /// The same with one in any form.
  answer<target_accepted> send_target(target_document document, bool force = false);

  /// Sends a target until it is accepted, as a poller does; it is the only possible one from then
  /// on. False: it never was.
  bool insist_on(const value& doc);
  bool insist_on(const target_document& document);

  /// Asks for something beside the target.
  answer<requests::performed> send_request(const requests::perform& what);
  /// Somebody asked for what stops or removes this service's container, or, without a service, an
  /// app's volumes, and that may still be going on.
  [[nodiscard]] bool is_asked(app_id app, const service_name& service) const;
  /// Those that were not answered within their time.
  [[nodiscard]] std::vector<std::string> unanswered() const;

  /// Where the conductor stands. Runs the device until it answers, for a minute at most. At its
  /// target, with nothing under way, those that were sent before that one are out of force.
  progress where();
  /// Runs until there is nothing to do and nothing to wait for.
  bool run_until_settled(std::chrono::minutes limit);

  /// What of the target is not so, in the engine and on the disk; empty when all is.
  std::vector<std::string> faults_against(const device_target& target) const;

  /// There is an edge that turns the machine off and on: from the next start on. What it accepts
  /// happens while `run_until_settled` runs.
  bool can_reboot = false;
  /// What the journal tells people, when it is listened to: from the next start on.
  bool listens = false;
  std::vector<log_line> said;

  virtual_system system;
  std::shared_ptr<engine_world> world = std::make_shared<engine_world>();
  std::shared_ptr<store_world> disk = std::make_shared<store_world>();
  std::shared_ptr<host_world> files = std::make_shared<host_world>();
  std::shared_ptr<power_world> power = std::make_shared<power_world>();
  std::shared_ptr<fault_source> faults;
  tree handles;

  /// Every target that may be in force now: the last one that is known to be, and those sent since.
  std::vector<sent_target> possible;
  std::vector<sent_request> wished;
  std::uint64_t narrowed = 0; ///< How often older ones went out of force.

  /// What was done that must never be done.
  std::vector<std::string> violations;
  /// Containers that somebody else stopped, killed or crashed, and when. It is no excuse for one
  /// that was started since.
  std::map<container_id, wall_time> disturbed;
  void note_disturbed(const container_id& id) { disturbed[id] = world->now(); }
  /// The container may be down, by its policy, because of what somebody else did to it.
  [[nodiscard]] bool is_excused(const container& c) const;

  /// Services of which somebody else hurt a container, and when: what is known of them is old.
  std::map<std::pair<app_id, service_name>, wall_time> hurt;

private:
  /// When the new container of a service says that it has taken over; it may crash instead.
  std::optional<std::chrono::milliseconds> draw_takeover(const host::await_handover& asked);
  void watch_over(const std::string& what, const std::string& id);
  void watch_start(const container& c);
  void watch_reboot();
  void narrow(const progress& now);
  /// A target is whole when its services have their keys.
  void know_keys();

  wall_time epoch_;
  /// When a stop from outside was last forgiven: a new target was accepted, or Copal restarted.
  wall_time forgiven_;
  random_source chance_; ///< Of the keys.
  /// The machine was told to reboot, when so much had been done to the engine.
  std::optional<std::uint64_t> told_to_reboot_;
};

/// How often something was done to the engine, not only looked at.
std::uint64_t changes_made(const engine_world& world);

/// What is wrong with a reboot that is about to come.
std::vector<std::string> check_reboot(const simulated_device& device);

/// What is wrong with a container's first start: what its service waits for.
std::vector<std::string> check_start(const simulated_device& device, const container& c);

/// The parts of the invariants, beside the device that they are held against.
std::vector<std::string> check_loss(
  const simulated_device& device, const std::string& what, const std::string& id);

} // namespace copal::test

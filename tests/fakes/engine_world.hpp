#pragma once

#include "messages/engine.hpp"
#include "messages/registry.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace copal::test {

/// An image in the engine, or in the registry.
struct world_image {
  engine_image image;
  image_facts facts;
};

/// The volume that a bind names; empty when it binds a path of the host.
std::string volume_of(const std::string& bind);

/// What a container engine and its registry hold, and what the engine API does to it: the truth
/// behind the fake engine. It outlives the fake's actor, as a real engine outlives a connection.
/// Behaviour: Docker 20.10 as measured (spec/transcripts, and the contract suite).
class engine_world {
public:
  // -- the engine's calls; each result is what the API answers
  // -------------------------------------

  engine::container_list list_containers() const;
  result<container> inspect_container(const container_id& id) const;
  engine::network_list list_networks() const { return {networks}; }
  engine::volume_list list_volumes() const { return {volumes}; }
  engine::image_list list_images() const;
  result<engine::image_details> inspect_image(const std::string& name) const;

  result<registry::remote_image> look_at_published(const std::string& name) const;
  engine::traits traits() const { return {"/var/lib/docker", {"linux", "amd64", ""}, {}, lacks}; }
  result<engine::done> pull_image(const std::string& name);
  result<engine::done> remove_image(const std::string& name, bool force);
  result<container_id> create_container(const std::string& name, container_config config);
  result<engine::done> connect_network(const engine::connect_network& call);
  result<engine::done> start_container(const container_id& id);
  result<engine::done> stop_container(const container_id& id);
  result<engine::done> remove_container(const container_id& id, bool force);
  result<engine::done> rename_container(const container_id& id, const std::string& name);
  result<engine::done> set_restart_policy(const container_id& id, const restart_policy& policy);
  result<engine::done> create_network(const std::string& name, const network_config& config);
  result<engine::done> remove_network(const network_engine_id& id);
  result<engine::done> create_volume(const std::string& name, const volume_config& config);
  result<engine::done> remove_volume(const std::string& name);

  // -- what happens from outside
  // --------------------------------------------------------------------

  /// `docker kill`: it stays down, whatever its restart policy.
  void kill(const container_id& id);
  /// It exits by itself; the restart policy decides what follows (`restarting` until `recover`).
  void crash(const container_id& id, std::int64_t code);
  /// The engine's restart policy brings the `restarting` ones up again.
  void recover();
  /// The result of a health check of a running container; nothing when it has none.
  void check_health(const container_id& id, bool good);
  /// The kernel kills its first process for lack of memory.
  void starve(const container_id& id);
  /// The engine ends and comes back: policies decide which containers run again.
  void restart_engine();
  void disconnect(const container_id& id, const std::string& network);
  /// Puts an image into the registry under a name.
  void publish(const std::string& name, image_facts facts);

  // -- what there is
  // -------------------------------------------------------------------------------

  std::map<container_id, container> containers;
  std::vector<engine_network> networks;
  std::vector<engine_volume> volumes;
  std::map<engine_image_id, world_image> images;
  std::map<std::string, world_image> registry;     ///< By normalised name.
  std::map<std::string, std::int64_t> layer_bytes; ///< By diff id; the others have a megabyte.
  /// What a name brings instead of what it names, by normalised name.
  std::map<std::string, std::string> swapped;
  std::set<std::string> too_large; ///< A pull of these fills the disk, by normalised name.

  std::function<wall_time()> now = [] { return wall_time{}; };
  /// How long the next pull takes.
  std::function<std::chrono::milliseconds()> pull_takes = [] { return std::chrono::seconds{2}; };
  /// False: the daemon is not there; every request fails.
  bool reachable = true;
  /// Hears of every event; the fake's actor passes them on. Null while nobody watches.
  std::function<void(const engine::event&)> on_event;
  /// Ends the open event stream, as a daemon that goes away does.
  std::function<void()> end_stream = [] {};
  /// Whether the host has what a bind mount names; null: everything is there.
  std::function<bool(const std::string& path)> has_path;
  /// Commands that are not there, or cannot be executed.
  std::set<std::string> not_programs;
  /// Containers of which an earlier run has left something: they never start again.
  std::set<container_id> broken;
  /// It shows every container without its command, as an engine does with what it cannot do.
  bool forgets_command = false;
  /// What it takes off a container when it makes it.
  engine_features lacks;
  /// The images that a pull brought; those that somebody else pulled are taken out by him.
  std::set<engine_image_id> fetched;
  /// The calls that were carried out, by name, reads included.
  std::map<std::string, std::uint64_t> calls;
  /// Asked before a container is stopped or removed, a network, volume or image removed: the place
  /// for invariants. `what` is "stop", "remove", "remove network", ...
  std::function<void(const std::string& what, const std::string& id)> before_loss;

  /// Asked before a container comes up, also by its policy: the place for invariants.
  std::function<void(const container&)> before_start;
  /// No check ever succeeds.
  bool never_healthy = false;
  /// It does not restart what fails, as with a bound on its tries that was reached.
  bool tires_of_restarts = false;
  /// When each container was healthy last, as far as its health has changed.
  std::map<container_id, wall_time> last_healthy;
  /// Since when each container that is healthy is so.
  std::map<container_id, wall_time> healthy_since;
  /// Containers that were removed, and when.
  std::map<container_id, std::pair<container, wall_time>> removed;
  /// Starts that failed because another container had a port.
  std::uint64_t port_clashes = 0;

private:
  result<container*> find(const container_id& id);
  const world_image* find_published(const image_reference& ref) const;
  /// Why a container cannot be started; without a text when it can.
  error start_obstacle(const container& c);
  /// What a mount of a configuration lacks on the host; without a text when nothing is missing.
  error mount_obstacle(const container_config& config) const;
  engine_image_id find_image(const std::string& name) const;
  void emit(engine::object_kind kind, std::string action, const std::string& id, std::string name);
  void emit(std::string action,
    const container& c,
    std::optional<std::int64_t> code = {},
    std::string signal = {});
  /// A container joined a network, or left it.
  void emit_joined(std::string action, const container& c, const std::string& network);
  void come_up(container& c);
  /// Notes when it was healthy last; what it was before.
  health_state set_health(container& c, health_state health);
  void go_down(container& c, container_state state, std::int64_t code);
  std::string next_id();

  std::uint64_t last_id_ = 0;
};

} // namespace copal::test

#pragma once

// The planner's parts; nobody else includes this.

#include "actors/planning/compare/compare.hpp"
#include "actors/planning/plan/plan.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace copal::planning {

/// Collects the plan. Steps whose subject is busy, or backs off after a failure, become waits here,
/// so that no part has to think of it.
class plan_builder {
public:
  explicit plan_builder(const situation& s) : s_(s) {}

  /// Takes the step, or notes why it has to wait.
  void add(step one);
  /// True when the step has to wait; why is noted.
  bool hold(const step& one);
  void wait(wait_reason why);

  [[nodiscard]] bool is_busy(const std::string& subject) const;
  [[nodiscard]] plan take() && { return std::move(plan_); }

  /// True when nothing was added for the app so far.
  [[nodiscard]] bool quiet(app_id app) const;
  [[nodiscard]] const plan& so_far() const { return plan_; }

private:
  const situation& s_;
  plan plan_;
};

/// What the image of a target service is to the engine.
struct image_standing {
  enum class kind {
    ready,   ///< In the engine, with its row.
    unsaved, ///< In the engine; its row is missing or points elsewhere.
    absent,
  };
  kind what = kind::absent;
  engine_image_id id;                 ///< Empty when absent.
  image_row wanted;                   ///< The row this service needs.
  const image_facts* facts = nullptr; ///< Null when not known.
};

image_standing standing_of(
  const situation& s, const target_app& app, const target_service& service);

/// The row without what only the engine knows: two rows with the same key are the same row.
image_row key_of(image_row row);

/// A target service beside what there is of it.
struct service_pair {
  const target_service* target = nullptr;
  const supervised_container* current = nullptr; ///< The newest living one; null when none.
  image_standing image;
  container_config wanted;                   ///< Normal form, with what the image brings.
  std::string name;                          ///< The container's name in the target release.
  std::string differing;                     ///< What differs, for the reason; empty: equal.
  std::vector<field_difference> differences; ///< The same in full.
  std::string left_so; ///< What differs all the same, and is left so; no part of the two above.
};

/// A network or a volume, by its engine name: one of each may bear the same.
struct part {
  enum class kind { network, volume };
  std::string name;
  kind what = kind::network;

  auto operator<=>(const part&) const = default;
};

/// As the steps on it name it.
std::string part_subject(const part& x);

// Why something goes that is not made anew.
inline constexpr const char* reason_not_wanted = "not in the target";
inline constexpr const char* reason_newer_there = "a newer container of the service exists";

/// One app: what it is to be beside what there is of it.
struct app_standing {
  const target_app* target = nullptr; ///< Null: the app is to go.
  app_id id;
  app_uuid uuid;
  std::vector<service_pair> pairs;                  ///< One for each target service.
  std::vector<const supervised_container*> surplus; ///< Living, and of no pair.
  std::vector<const supervised_container*> dead;
  bool images_ready = true; ///< Every target service's image is in the engine with its row.

  std::set<part> leaving;              ///< Present and to be removed, for good or to be made anew.
  std::set<part> missing;              ///< In the target and not present yet, or not as wanted.
  std::map<part, std::string> left_so; ///< Present and not as wanted, in what is told; left so.
  /// Of all that is left so, services' containers as well: by subject, which thing and in what.
  std::map<std::string, std::string> left_so_digests;
};

std::vector<app_standing> stand_apps(const situation& s);

/// The app's release cannot run here: nothing of the app is touched, and nothing is told of it.
inline bool is_rejected(const app_standing& app) {
  return app.target != nullptr && app.target->rejected.has_value();
}

bool uses(const container_config& config, const part& x);

/// What is left as it is although it differs, by the subject of the steps on it; also a thing (by
/// the engine's id) of which that was so when a reboot was required: found out anew after each, it
/// would ask for the next.
bool is_left_so(const situation& s,
  const std::string& subject,
  const std::vector<field_difference>& what,
  const std::string& id);

inline part network_part(const std::string& engine_name) {
  return {engine_name, part::kind::network};
}
inline part volume_part(const std::string& engine_name) {
  return {engine_name, part::kind::volume};
}

/// The engine name of the network that joins services to the local API.
inline constexpr const char* supervisor_network = "supervisor0";
/// The engine name of the volume that the host's own firmware folder is extended by.
inline constexpr const char* extra_firmware_volume = "extra-firmware";

/// How `supervisor0` is to be; of what is there only bridge, subnet and gateway count.
/// Source: spec/state-engine.md §1.
network_config supervisor_network_config();
bool is_supervisor_network(const network_config& config);
/// The same in full; empty when it is one.
std::vector<field_difference> supervisor_network_differences(const network_config& config);

// The parts, in the order in which they speak.
void plan_system(const situation& s, const std::vector<app_standing>& apps, plan_builder& out);
void plan_fetches(const situation& s,
  const std::vector<app_standing>& apps,
  const app_standing& app,
  plan_builder& out);
void plan_services(const situation& s,
  const std::vector<app_standing>& apps,
  const app_standing& app,
  plan_builder& out);
void plan_components(const situation& s, const app_standing& app, plan_builder& out);
/// Tells what is left as it is although it differs.
void tell_left_so(const app_standing& app, plan_builder& out);
void plan_removals(const situation& s, const std::vector<app_standing>& apps, plan_builder& out);

} // namespace copal::planning

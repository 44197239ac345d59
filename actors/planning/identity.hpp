#pragma once

#include "messages/model/container.hpp"
#include "messages/model/network.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Who is who in the engine: names, labels and what they tell. Source: spec/state-engine.md §1.
namespace copal::planning {

/// `<serviceName>_<imageId>_<releaseId>_<commit>`; without the last part when there is no commit.
std::string container_name(const container_identity& who);

/// The name under which a container runs on while it hands over: `old_` before its own.
std::string retired_name(const std::string& container_name);
bool is_retired(const supervised_container& c);

/// `<app uuid>_<name>`.
std::string network_name(const app_uuid& app, std::string_view name);

/// `<app id>_<name>`.
std::string volume_name(app_id app, std::string_view name);

/// True when a supervisor made the thing with these labels (ours, or an older one's).
bool is_supervised(const label_map& labels);

/// Each "resin" in a key that begins with `io.resin.` becomes "balena". A label that is there under
/// its modern key already wins.
label_map modern_labels(label_map labels);

/// Who a container is, from its name (without the leading slash; `old_` of a hand-over in front is
/// fine) and its labels, modern or legacy. Nothing when it is not supervised, or when it claims to
/// be and its name or labels do not tell who it is: such a container is to be left alone.
std::optional<container_identity> identify(
  std::string_view container_name, const label_map& labels);

/// The app a network belongs to: its app-id label, or the `<digits>_` its name begins with when an
/// old supervisor made it. Nothing for networks that no supervisor made.
std::optional<app_id> network_app(const engine_network& network);

/// The app a volume belongs to, as far as its name tells: the digits of `<digits>_<name>`. A
/// stranger's volume may look like that: see `is_supervised` and spec/state-engine.md §1.
std::optional<app_id> volume_app(const engine_volume& volume);

/// The app uuid a volume is labelled with; nothing for volumes that no supervisor made.
std::optional<app_uuid> volume_uuid(const engine_volume& volume);

/// An app under both its names.
struct app_key {
  app_id id;
  app_uuid uuid;

  bool operator==(const app_key&) const = default;
};

/// A supervisor made the network, for this app: by label, by `<uuid>_` or by `<id>_`.
bool belongs_to(const engine_network& network, const app_key& app);

/// The volume is this app's: by its uuid label or, when it has none, by `<id>_` in its name.
/// Volumes of old supervisors have no labels: an app that is known adopts them.
bool belongs_to(const engine_volume& volume, const app_key& app);

} // namespace copal::planning

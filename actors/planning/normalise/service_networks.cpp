#include "actors/planning/normalise/service_networks.hpp"

#include "actors/planning/identity.hpp"
#include "actors/planning/normalise/dependencies.hpp"
#include "actors/planning/normalise/fields.hpp"

#include <algorithm>

namespace copal::planning {

namespace {

constexpr std::string_view default_network = "default";
constexpr std::string_view service_mode = "service:";
constexpr std::string_view container_mode = "container:";

bool is_engine_mode(std::string_view mode) {
  return mode == "host" || mode == "bridge" || mode == "none";
}

void add_alias(endpoint& e, const service_name& service) {
  if (std::find(e.aliases.begin(), e.aliases.end(), service.value) == e.aliases.end())
    e.aliases.push_back(service.value);
}

endpoint read_endpoint(const node& n) {
  endpoint e;
  if (n.is_null())
    return e;
  check_members(
    n, {"aliases", "ipv4_address", "ipv6_address", "link_local_ips"}, "a service's network");
  if (const auto field = n.get("aliases"))
    e.aliases = read_texts(*field);
  if (const auto field = n.get("ipv4_address"))
    e.ipv4 = field->text();
  if (const auto field = n.get("ipv6_address"))
    e.ipv6 = field->text();
  if (const auto field = n.get("link_local_ips"))
    e.link_local_ips = read_texts(*field);
  return e;
}

/// The name of a network that an app may join; refuses the supervisor's own.
bool may_join(const node& n, std::string_view name) {
  if (name == supervisor_network) {
    n.reject("the network supervisor0 cannot be joined by name; set the label "
             "io.balena.features.supervisor-api: \"1\" instead");
    return false;
  }
  if (name.empty())
    n.refuse("the name of a network");
  return !name.empty();
}

/// No mode is given by an empty text; from the cloud also by what else JavaScript takes for false.
bool is_nothing(const node& mode) {
  if (const auto* text = mode.raw().as_text())
    return text->empty();
  const auto* flag = mode.raw().as_bool();
  const auto* number = mode.raw().as_integer();
  return !mode.strict() && ((flag != nullptr && !*flag) || (number != nullptr && *number == 0));
}

class network_reader {
public:
  network_reader(const app_uuid& app, target_service& service) : app_(app), service_(service) {}

  void read_list(const node& n) {
    if (n.is(value::kind::list)) {
      for (const auto& item : n.items())
        join(item, item.text(), {});
    } else {
      for (const auto& [name, options] : n.members())
        join(options, name, read_endpoint(options));
    }
  }

  void read_mode(const node& n) {
    const auto mode = n.text();
    if (const auto other = shared_service(mode); !other.empty()) {
      share(n, mode, other);
    } else if (mode.rfind(container_mode, 0) == 0 || mode == service_mode) {
      n.refuse("host, bridge, none, service:<name> or the name of a network");
    } else if (is_engine_mode(mode)) {
      if (mode != "bridge" && !first_.empty())
        n.reject("networks cannot be joined beside network_mode " + mode + "; remove one of them");
      service_.config.network_mode = mode;
    } else {
      if (service_.config.networks.count(network_name(app_, mode)) == 0)
        join(n, mode, {});
      service_.config.network_mode = network_name(app_, mode);
    }
  }

  /// Without a mode: the first network, or the default one.
  void choose_mode() {
    if (first_.empty())
      join_default_network(app_, service_);
    else
      service_.config.network_mode = first_;
  }

private:
  void join(const node& n, const std::string& name, endpoint e) {
    if (!may_join(n, name))
      return;
    add_alias(e, service_.name);
    const auto engine_name = network_name(app_, name);
    if (first_.empty())
      first_ = engine_name;
    service_.config.networks.insert_or_assign(engine_name, std::move(e));
  }

  void share(const node& n, const std::string& mode, std::string_view other) {
    if (!first_.empty())
      n.reject("networks cannot be joined beside network_mode " + mode
               + ": the container lives in the networks of " + std::string{other}
               + "; remove one of them");
    service_.config.network_mode = mode;
    add_dependency(service_.depends_on, {std::string{other}});
  }

  const app_uuid& app_;
  target_service& service_;
  std::string first_; ///< The first network of the list.
};

} // namespace

std::string_view shared_service(std::string_view network_mode) {
  return network_mode.rfind(service_mode, 0) == 0 ? network_mode.substr(service_mode.size())
                                                  : std::string_view{};
}

void join_default_network(const app_uuid& app, target_service& service) {
  auto engine_name = network_name(app, default_network);
  add_alias(service.config.networks[engine_name], service.name);
  service.config.network_mode = std::move(engine_name);
}

void read_service_networks(const node& composition, const app_uuid& app, target_service& service) {
  network_reader reader{app, service};
  if (const auto networks = composition.get("networks"))
    reader.read_list(*networks);
  if (const auto mode = composition.get("network_mode"); mode && !is_nothing(*mode))
    reader.read_mode(*mode);
  else
    reader.choose_mode();
}

} // namespace copal::planning

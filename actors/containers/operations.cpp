#include "actors/containers/operations.hpp"

namespace copal {

namespace {

constexpr std::string_view service_mode = "service:";

using calls = result<std::vector<engine_call>>;

struct list_calls {
  const step& s;
  const engine_view& view;

  /// The container of a service that stays, should there be several; null when there is none.
  [[nodiscard]] const supervised_container* newest_living(const service_name& service) const {
    const supervised_container* newest = nullptr;
    for (const auto& c : view.containers) {
      const auto is_of = c.who.app == s.app && c.who.name == service;
      if (is_of && c.what.state != container_state::dead
          && (newest == nullptr || newest->what.created < c.what.created))
        newest = &c;
    }
    return newest;
  }

  calls operator()(const install_service& a) const {
    auto config = a.config;
    if (config.network_mode.starts_with(service_mode)) {
      const service_name other{config.network_mode.substr(service_mode.size())};
      const auto* host = newest_living(other);
      if (host == nullptr)
        return fail(errc::not_found,
          "service " + a.who.name.value + " uses the network of service " + other.value
            + ", which has no container");
      config.network_mode = "container:" + host->what.id.value;
    }
    std::vector<engine_call> out{engine::create_container{a.container_name, config}};
    for (const auto& [network, how] : config.networks) {
      // The engine joins the network mode's own network when it creates the container.
      if (network != config.network_mode)
        out.emplace_back(engine::connect_network{network, {}, how});
    }
    if (!a.create_only)
      out.emplace_back(engine::start_container{});
    return out;
  }
  calls operator()(const start_container& a) const {
    return std::vector<engine_call>{engine::start_container{a.id}};
  }
  calls operator()(const stop_container& a) const {
    return std::vector<engine_call>{engine::stop_container{a.id, a.grace}};
  }
  calls operator()(const kill_container& a) const {
    return std::vector<engine_call>{
      engine::stop_container{a.id, a.grace}, engine::remove_container{a.id}};
  }
  calls operator()(const remove_container& a) const {
    return std::vector<engine_call>{engine::remove_container{a.id}};
  }
  calls operator()(const rename_container& a) const {
    return std::vector<engine_call>{engine::rename_container{a.id, a.name}};
  }
  /// The name comes last: by it the next plan knows that all is done.
  calls operator()(const retire_container& a) const {
    return std::vector<engine_call>{engine::set_restart_policy{a.id, {restart_mode::no, 0}},
      engine::rename_container{a.id, a.name}};
  }
  calls operator()(const create_network& a) const {
    return std::vector<engine_call>{engine::create_network{a.name, a.config}};
  }
  calls operator()(const remove_network& a) const {
    return std::vector<engine_call>{engine::remove_network{a.id}};
  }
  calls operator()(const create_volume& a) const {
    return std::vector<engine_call>{engine::create_volume{a.name, a.config}};
  }
  calls operator()(const remove_volume& a) const {
    return std::vector<engine_call>{engine::remove_volume{a.name}};
  }
  template <class Other>
  calls operator()(const Other&) const {
    return fail(errc::internal, "not a step on containers: " + to_string(s));
  }
};

struct find_container {
  container_id operator()(const start_container& a) const { return a.id; }
  container_id operator()(const stop_container& a) const { return a.id; }
  container_id operator()(const kill_container& a) const { return a.id; }
  container_id operator()(const remove_container& a) const { return a.id; }
  container_id operator()(const rename_container& a) const { return a.id; }
  container_id operator()(const retire_container& a) const { return a.id; }
  template <class Other>
  container_id operator()(const Other&) const {
    return {};
  }
};

} // namespace

result<std::vector<engine_call>> calls_for(const step& s, const engine_view& view) {
  return std::visit(list_calls{s, view}, s.action);
}

std::chrono::seconds deadline_of(const engine_call& call) {
  constexpr std::chrono::seconds usual{60};
  const auto* stop = std::get_if<engine::stop_container>(&call);
  return stop == nullptr ? usual : usual + stop->grace;
}

aspect aspect_of(const step_action& a) {
  if (std::holds_alternative<create_network>(a) || std::holds_alternative<remove_network>(a))
    return aspect::networks;
  if (std::holds_alternative<create_volume>(a) || std::holds_alternative<remove_volume>(a))
    return aspect::volumes;
  return aspect::container;
}

container_id container_of(const step_action& a) {
  return std::visit(find_container{}, a);
}

bool removes_container(const step_action& a) {
  return std::holds_alternative<kill_container>(a) || std::holds_alternative<remove_container>(a);
}

} // namespace copal

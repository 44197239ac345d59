// The spellings of the model's enumerations.

#include "messages/api.hpp"
#include "messages/engine.hpp"
#include "messages/journal.hpp"
#include "messages/model/container.hpp"
#include "messages/model/target.hpp"
#include "messages/requests.hpp"
#include "messages/supervision.hpp"
#include "messages/update.hpp"

namespace copal {

std::string to_string(transport x) {
  switch (x) {
    case transport::tcp:
      return "tcp";
    case transport::udp:
      return "udp";
    case transport::sctp:
      return "sctp";
  }
  return "?";
}

std::string requests::to_string(requests::verb x) {
  switch (x) {
    case requests::verb::stop_service:
      return "stop";
    case requests::verb::start_service:
      return "start";
    case requests::verb::restart_service:
    case requests::verb::restart_app:
      return "restart";
    case requests::verb::purge_app:
      return "purge";
  }
  return "?";
}

std::string to_string(restart_mode x) {
  switch (x) {
    case restart_mode::no:
      return "no";
    case restart_mode::always:
      return "always";
    case restart_mode::on_failure:
      return "on-failure";
    case restart_mode::unless_stopped:
      return "unless-stopped";
  }
  return "?";
}

std::string to_string(update_strategy x) {
  switch (x) {
    case update_strategy::download_then_kill:
      return "download-then-kill";
    case update_strategy::kill_then_download:
      return "kill-then-download";
    case update_strategy::delete_then_download:
      return "delete-then-download";
    case update_strategy::hand_over:
      return "hand-over";
  }
  return "?";
}

std::string to_string(app_class x) {
  switch (x) {
    case app_class::fleet:
      return "fleet";
    case app_class::app:
      return "app";
    case app_class::block:
      return "block";
  }
  return "?";
}

std::string to_string(dialect x) {
  switch (x) {
    case dialect::cloud_v3:
      return "cloud target state v3";
    case dialect::cloud_v2:
      return "cloud target state v2";
    case dialect::compose:
      return "compose file";
  }
  return "?";
}

std::string to_string(container_state x) {
  switch (x) {
    case container_state::created:
      return "created";
    case container_state::running:
      return "running";
    case container_state::paused:
      return "paused";
    case container_state::restarting:
      return "restarting";
    case container_state::removing:
      return "removing";
    case container_state::exited:
      return "exited";
    case container_state::dead:
      return "dead";
  }
  return "?";
}

std::string to_string(engine_feature x) {
  switch (x) {
    case engine_feature::annotations:
      return "annotations";
    case engine_feature::start_interval:
      return "healthcheck.start_interval";
    case engine_feature::domainname:
      return "domainname";
    case engine_feature::gpus:
      return "gpus";
    case engine_feature::mem_limit:
      return "mem_limit";
    case engine_feature::memswap_limit:
      return "memswap_limit";
    case engine_feature::cpu_shares:
      return "cpu_shares";
    case engine_feature::cpu_quota:
      return "cpu_quota";
    case engine_feature::cpuset:
      return "cpuset";
    case engine_feature::pids_limit:
      return "pids_limit";
    case engine_feature::oom_kill_disable:
      return "oom_kill_disable";
  }
  return "?";
}

std::string to_string(health_state x) {
  switch (x) {
    case health_state::none:
      return "none";
    case health_state::starting:
      return "starting";
    case health_state::healthy:
      return "healthy";
    case health_state::unhealthy:
      return "unhealthy";
  }
  return "?";
}

std::string to_string(dependency_condition x) {
  switch (x) {
    case dependency_condition::started:
      return "service_started";
    case dependency_condition::healthy:
      return "service_healthy";
    case dependency_condition::completed:
      return "service_completed_successfully";
  }
  return "?";
}

std::string to_string(child_state x) {
  switch (x) {
    case child_state::up:
      return "up";
    case child_state::stuck:
      return "stuck";
    case child_state::down:
      return "down";
    case child_state::abandoned:
      return "abandoned";
  }
  return "?";
}

namespace api {

std::string to_string(body_form x) {
  switch (x) {
    case body_form::none:
      return "none";
    case body_form::plain:
      return "plain";
    case body_form::html:
      return "html";
    case body_form::json:
      return "json";
  }
  return "?";
}

} // namespace api

namespace engine {

std::string to_string(object_kind x) {
  switch (x) {
    case object_kind::container:
      return "container";
    case object_kind::image:
      return "image";
    case object_kind::network:
      return "network";
    case object_kind::volume:
      return "volume";
  }
  return "?";
}

} // namespace engine

std::string to_string(step_note::kind k) {
  switch (k) {
    case step_note::kind::began:
      return "began";
    case step_note::kind::done:
      return "done";
    case step_note::kind::failed:
      return "failed";
  }
  return "?";
}

std::string to_string(log_level x) {
  switch (x) {
    case log_level::trace:
      return "trace";
    case log_level::debug:
      return "debug";
    case log_level::info:
      return "info";
    case log_level::warning:
      return "warning";
    case log_level::error:
      return "error";
  }
  return "?";
}

} // namespace copal

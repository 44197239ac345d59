#include "messages/model/step.hpp"

namespace copal {

namespace {

std::string service_subject(app_id app, const service_name& name) {
  return "service:" + to_string(app) + '/' + name.value;
}

/// What an action is called, and what it is done to, for people.
struct wording {
  std::string_view name;
  std::string object;
};

struct describe {
  wording operator()(const fetch_image& a) const { return {"fetch", a.row.name}; }
  wording operator()(const save_image& a) const { return {"saveImage", a.row.name}; }
  wording operator()(const remove_image& a) const {
    return {"removeImage", a.row.name + " of " + a.row.used_by.value};
  }
  wording operator()(const install_service& a) const {
    return {a.create_only ? "install" : "start", a.who.name.value};
  }
  wording operator()(const start_container& a) const { return {"start", a.service.value}; }
  wording operator()(const stop_container& a) const { return {"stop", a.service.value}; }
  wording operator()(const kill_container& a) const { return {"kill", a.service.value}; }
  wording operator()(const remove_container& a) const { return {"remove", a.service.value}; }
  wording operator()(const rename_container& a) const {
    return {"updateMetadata", a.service.value};
  }
  wording operator()(const retire_container& a) const { return {"handover", a.service.value}; }
  wording operator()(const await_handover& a) const { return {"awaitHandover", a.service.value}; }
  wording operator()(const create_network& a) const { return {"createNetwork", a.name}; }
  wording operator()(const remove_network& a) const { return {"removeNetwork", a.name}; }
  wording operator()(const create_volume& a) const { return {"createVolume", a.name}; }
  wording operator()(const remove_volume& a) const { return {"removeVolume", a.name}; }
  wording operator()(const take_locks&) const { return {"takeLock", {}}; }
  wording operator()(const release_locks&) const { return {"releaseLock", {}}; }
  wording operator()(const note_reboot& a) const { return {"requireReboot", a.service.value}; }
  wording operator()(const reboot_device&) const { return {"reboot", {}}; }
  wording operator()(const set_firmware_volume& a) const {
    return {"ensureExtraFirmwareVolume", a.name};
  }
  wording operator()(const record_commit& a) const { return {"updateCommit", a.commit.value}; }
};

struct name_subject {
  app_id app;

  // Rows of one image are worked on one after the other: they share its tags.
  std::string operator()(const fetch_image& a) const { return "image:" + a.row.name; }
  std::string operator()(const save_image& a) const { return "image:" + a.row.name; }
  std::string operator()(const remove_image& a) const { return "image:" + a.row.name; }
  std::string operator()(const install_service& a) const {
    return service_subject(app, a.who.name);
  }
  std::string operator()(const start_container& a) const { return service_subject(app, a.service); }
  std::string operator()(const stop_container& a) const { return service_subject(app, a.service); }
  std::string operator()(const kill_container& a) const { return service_subject(app, a.service); }
  // A dead one does not hold up the living one of its service.
  std::string operator()(const remove_container& a) const { return "container:" + a.id.value; }
  std::string operator()(const rename_container& a) const {
    return service_subject(app, a.service);
  }
  std::string operator()(const retire_container& a) const {
    return service_subject(app, a.service);
  }
  // Of its own: the service may be worked on while it waits, and another new container come.
  std::string operator()(const await_handover& a) const { return "handover:" + a.young.value; }
  std::string operator()(const create_network& a) const { return "network:" + a.name; }
  std::string operator()(const remove_network& a) const { return "network:" + a.name; }
  std::string operator()(const create_volume& a) const { return "volume:" + a.name; }
  std::string operator()(const remove_volume& a) const { return "volume:" + a.name; }
  std::string operator()(const take_locks&) const { return "locks:" + to_string(app); }
  std::string operator()(const release_locks&) const { return "locks:" + to_string(app); }
  std::string operator()(const note_reboot&) const { return "reboot"; }
  std::string operator()(const reboot_device&) const { return "reboot"; }
  std::string operator()(const set_firmware_volume&) const { return std::string{firmware_subject}; }
  std::string operator()(const record_commit&) const { return "commit:" + to_string(app); }
};

} // namespace

std::string subject_of(const step& s) {
  return std::visit(name_subject{s.app}, s.action);
}

std::string_view name_of(const step_action& a) {
  return std::visit(describe{}, a).name;
}

std::string to_string(const step& s) {
  const auto [name, object] = std::visit(describe{}, s.action);
  std::string out{name};
  if (!object.empty())
    out += ' ' + object;
  if (!s.reason.empty())
    out += " (" + s.reason + ')';
  return out;
}

bool is_left_to_engine(wait_reason::kind k) {
  return k == wait_reason::kind::engine_policy || k == wait_reason::kind::not_kept;
}

std::string to_string(wait_reason::kind k) {
  switch (k) {
    case wait_reason::kind::engine_away:
      return "engine away";
    case wait_reason::kind::in_progress:
      return "in progress";
    case wait_reason::kind::fetching:
      return "fetching";
    case wait_reason::kind::dependency:
      return "dependency";
    case wait_reason::kind::lock:
      return "lock";
    case wait_reason::kind::back_off:
      return "back-off";
    case wait_reason::kind::engine_policy:
      return "engine policy";
    case wait_reason::kind::not_kept:
      return "not kept";
    case wait_reason::kind::in_use:
      return "in use";
    case wait_reason::kind::port:
      return "port";
    case wait_reason::kind::reboot:
      return "reboot";
    case wait_reason::kind::request:
      return "request";
    case wait_reason::kind::space:
      return "space";
  }
  return "?";
}

} // namespace copal

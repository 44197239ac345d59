// Whole compositions: which fields may stand together, and the document around them.

#include "tests/property/make_values.hpp"

#include <algorithm>

namespace copal::property {

namespace {

std::string mode_of(const value& composition) {
  const auto* mode = composition.find("network_mode");
  return mode == nullptr ? std::string{} : *mode->as_text();
}

bool has(const value& composition, std::initializer_list<std::string_view> names) {
  return std::any_of(
    names.begin(), names.end(), [&](auto name) { return composition.find(name) != nullptr; });
}

bool is_any(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool has_form(std::string_view name, dialect form) {
  if (form == dialect::compose)
    return name != "running";
  return !is_any(name, {"configs", "logging", "pull_policy", "secrets"});
}

/// What planning itself does not take together, or gives another meaning: it holds for changes,
/// too.
bool fits_planning(std::string_view name, const value& c) {
  if (name == "memswap_limit")
    return has(c, {"mem_limit"});
  if (name == "deploy")
    return !has(
      c, {"mem_limit", "mem_reservation", "pids_limit", "cpus", "memswap_limit", "cpu_quota"});
  if (is_any(name, {"mem_limit", "mem_reservation", "pids_limit"}))
    return !has(c, {"deploy"});
  if (name == "cpus")
    return !has(c, {"deploy", "cpu_quota"});
  if (name == "cpu_quota")
    return !has(c, {"deploy", "cpus"});
  const auto shared = mode_of(c) == "service:db";
  if (is_any(name, {"dns", "extra_hosts", "ports"}))
    return !shared;
  if (name == "mac_address")
    return !shared && mode_of(c) != "host" && mode_of(c) != "none";
  if (name == "sysctls")
    return mode_of(c) != "host";
  if (name == "hostname")
    return !has(c, {"uts"}) && !shared;
  if (name == "domainname")
    return !has(c, {"uts"});
  if (name == "uts")
    return !has(c, {"domainname", "hostname"});
  if (name == "networks")
    return mode_of(c).empty() || mode_of(c) == "back";
  return true;
}

/// What engines do not take together.
bool fits_engines(std::string_view name, const value& c, make_of_engine engine) {
  if (name == "pid" && is_left_out("pid beside init", engine))
    return !has(c, {"init"});
  return true;
}

/// A network mode that fields of the composition do not stand beside.
bool fits_mode(const value& mode, const value& c) {
  const auto shared = mode == value{"service:db"};
  if (shared && has(c, {"dns", "extra_hosts", "hostname", "ports"}))
    return false;
  const auto is_host = mode == value{"host"};
  if (is_host && has(c, {"sysctls"}))
    return false;
  return !((shared || is_host || mode == value{"none"}) && has(c, {"mac_address"}));
}

std::string front_address(const value* networks) {
  const auto* front = networks == nullptr ? nullptr : networks->find("front");
  const auto* address = front == nullptr ? nullptr : front->find("ipv4_address");
  return address == nullptr ? std::string{} : *address->as_text();
}

/// A target that asks for less of its networks is content with what is there (state-engine.md §4).
bool asks_for_less(const value* before, const value& now) {
  return front_address(&now).empty() || front_address(&now) == front_address(before);
}

} // namespace

std::string_view to_string(make_of_engine x) {
  return x == make_of_engine::docker ? "docker" : "podman";
}

bool is_left_out(std::string_view name, make_of_engine engine) {
  const auto all = exceptions();
  return std::any_of(all.begin(), all.end(), [&](const exception& x) {
    return x.engine == engine && x.field == name;
  });
}

/// What others are looked at against is made before them: `init` before `pid`, the network mode
/// before what needs a network of its own.
std::span<const field> fields() {
  static const auto all = [] {
    const auto first = process_fields();
    const auto second = machine_fields();
    std::vector<field> out{first.begin(), first.end()};
    out.insert(out.end(), second.begin(), second.end());
    return out;
  }();
  return all;
}

value make_composition(test::random_source& chance, const situation& at) {
  auto out = value::map({});
  for (const auto& field : fields()) {
    auto own = chance.fork(); // so that one field's draws do not shift those of the others
    if (!own.percent(field.percent))
      continue;
    if (has_form(field.name, at.form) && fits_planning(field.name, out)
        && fits_engines(field.name, out, at.engine) && !is_left_out(field.name, at.engine))
      out.set(field.name, field.make(own, at));
  }
  return out;
}

value with_change(
  const value& composition, const field& what, test::random_source& chance, const situation& at) {
  const auto* before = composition.find(what.name);
  auto others = value::map_type{};
  for (const auto& member : *composition.as_map()) {
    if (member.key != what.name)
      others.push_back(member);
  }
  value out{others};
  if (!has_form(what.name, at.form) || !fits_planning(what.name, out)
      || is_left_out(what.name, at.engine))
    return {};
  constexpr int tries = 50;
  for (int i = 0; i < tries; ++i) {
    auto now = what.make(chance, at);
    if (before != nullptr && now.as_bool() != nullptr)
      now = !*before->as_bool();
    if (before != nullptr && *before == now)
      continue;
    if (what.name == "networks" && asks_for_less(before, now))
      continue;
    if (what.name == "network_mode"
        && ((has(out, {"networks"}) && now != value{"back"}) || !fits_mode(now, out)))
      continue;
    out.set(what.name, std::move(now));
    return out;
  }
  return {}; // a field with one value only
}

namespace {

/// Of its own for each network of each form, as they all stand on one engine.
std::string number_of(std::string_view network, dialect form) {
  return std::to_string((network == "front" ? 177 : 178) + (form == dialect::compose ? 10 : 0));
}

} // namespace

std::string subnet_of(std::string_view network, dialect form) {
  return "10." + number_of(network, form) + ".0.";
}

std::string ipv6_subnet_of(std::string_view network, dialect form) {
  return "fd00:" + number_of(network, form) + "::";
}

target_document document_of(const value& composition, std::string_view image, dialect form) {
  auto service = value::map({});
  auto labels = value::map({});
  for (const auto& [key, val] : *composition.as_map()) {
    if (key != "features") {
      service.set(key, val);
      continue;
    }
    for (const auto& feature : *val.as_list())
      labels.set("io.balena.features." + *feature.as_text(), "1");
  }
  const auto pool = [form](std::string_view network) {
    const auto range = [](const std::string& start, const char* bits) {
      return value::map({{"subnet", start + bits}, {"gateway", start + '1'}});
    };
    const auto four = range(subnet_of(network, form), "0/24");
    const auto six = range(ipv6_subnet_of(network, form), "/64");
    return value::map(
      {{"enable_ipv6", true}, {"ipam", value::map({{"config", value::list({four, six})}})}});
  };
  const auto networks = value::map({{"front", pool("front")}, {"back", pool("back")}});
  const auto volumes = value::map({{"data", value::map({})}, {"logs", value::map({})}});
  const auto contents = value::map(
    {{"one", value::map({{"content", "first"}})}, {"two", value::map({{"content", "second"}})}});
  if (form == dialect::compose) {
    service.set("image", image);
    if (const auto* own = service.find("labels"); own != nullptr && own->as_list() != nullptr) {
      auto lines = *own->as_list();
      for (const auto& [key, val] : *labels.as_map())
        lines.emplace_back(key + "=1");
      service.set("labels", lines);
    } else {
      auto all = own == nullptr ? value::map({}) : *own;
      for (const auto& [key, val] : *labels.as_map())
        all.set(key, val);
      service.set("labels", all);
    }
    return {form,
      "compose.yaml",
      value::map({{"name", "shop"},
        {"services", value::map({{"web", service}, {"db", value::map({{"image", image}})}})},
        {"networks", networks},
        {"volumes", volumes},
        {"secrets", contents},
        {"configs", contents},
        {"x-copal-folder", "/usr"}})};
  }
  const auto in_cloud = [&image](value of, value own_labels, int id) {
    return value::map({{"id", id},
      {"image_id", id + 100},
      {"image", image},
      {"environment", value::map({})},
      {"labels", std::move(own_labels)},
      {"composition", std::move(of)}});
  };
  const auto web = in_cloud(service, labels, 71);
  const auto release = value::map({{"id", 70},
    {"services", value::map({{"web", web}, {"db", in_cloud(value::map({}), value::map({}), 73)}})},
    {"networks", networks},
    {"volumes", volumes}});
  const auto app =
    value::map({{"id", 7}, {"name", "shop"}, {"releases", value::map({{"c70", release}})}});
  return {form,
    "cloud",
    value::map({{"d1",
      value::map({{"name", "my-device"},
        {"config", value::map({})},
        {"apps", value::map({{"a7", app}})}})}})};
}

} // namespace copal::property

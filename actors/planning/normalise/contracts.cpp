#include "actors/planning/normalise/contracts.hpp"

#include "actors/planning/normalise/semver.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace copal::planning {

namespace {

constexpr std::array<std::string_view, 6> known_types{
  "sw.supervisor", "sw.l4t", "sw.os", "sw.kernel", "hw.device-type", "arch.sw"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Reads one contract; everything that is wrong with it is told in one way.
class contract_reader {
public:
  explicit contract_reader(const std::string& service) : service_(service) {}

  service_contract read(const node& n) const {
    service_contract out;
    if (!expect_map(n))
      return out;
    if (const auto type = n.find("type"); type && text_of(*type) != "sw.container")
      refuse(*type, "type is not sw.container");
    if (const auto slug = n.find("slug"))
      static_cast<void>(text_of(*slug)); // checked, not needed
    const auto wants = n.find("requires");
    if (!wants)
      return out;
    if (!wants->is(value::kind::list)) {
      refuse(*wants, "requires is not a list");
      return out;
    }
    for (const auto& item : wants->items()) {
      service_contract::any_of alternatives;
      read_alternatives(item, alternatives);
      out.wants.push_back(std::move(alternatives));
    }
    return out;
  }

private:
  void refuse(const node& n, const std::string& why) const {
    n.reject("The contract for service " + service_ + " failed validation, with error: " + why);
  }

  [[nodiscard]] bool expect_map(const node& n) const {
    if (n.is(value::kind::map))
      return true;
    refuse(n, "found " + std::string{to_string(n.raw().what())} + ", expected a map");
    return false;
  }

  [[nodiscard]] std::string text_of(const node& n) const {
    if (const auto* text = n.raw().as_text())
      return *text;
    refuse(n, "found " + std::string{to_string(n.raw().what())} + ", expected text");
    return {};
  }

  /// An `or` within an `or` says no more than one of them.
  void read_alternatives(const node& n, service_contract::any_of& out) const {
    if (!expect_map(n))
      return;
    const auto any = n.find("or");
    if (!any) {
      out.push_back(read_requirement(n));
    } else if (!any->is(value::kind::list)) {
      refuse(*any, "or is not a list");
    } else {
      for (const auto& item : any->items())
        read_alternatives(item, out);
    }
  }

  [[nodiscard]] requirement read_requirement(const node& n) const {
    requirement out;
    const auto type = n.find("type");
    if (!type) {
      refuse(n, "the requirement has no type");
      return out;
    }
    out.type = text_of(*type);
    if (std::find(known_types.begin(), known_types.end(), out.type) == known_types.end())
      refuse(*type, out.type + " is not a known type of requirement");
    if (const auto slug = n.find("slug"))
      out.slug = text_of(*slug);
    if (const auto version = n.find("version"))
      out.version = text_of(*version);
    if (const auto more = n.find("data"))
      out.has_data = more->raw().as_map() == nullptr || !more->raw().as_map()->empty();
    return out;
  }

  const std::string& service_;
};

/// A version that is no version, or a range that is none, is a name like any other.
bool has_version(const contract_offer& offer, const std::string& wanted) {
  const auto range = version_range::parse(wanted);
  const auto version = semantic_version::parse(offer.version);
  return range && version ? range->holds(*version) : offer.version == wanted;
}

bool meets(const contract_offer& offer, const requirement& wanted) {
  return !wanted.has_data && offer.type == wanted.type
         && (wanted.slug.empty() || offer.slug == wanted.slug)
         && (wanted.version.empty() || has_version(offer, wanted.version));
}

std::string shown(const contract_offer& offer) {
  return offer.slug + (offer.slug.empty() || offer.version.empty() ? "" : " ") + offer.version;
}

/// What the device has of the types that were asked for.
std::string what_there_is(
  const service_contract::any_of& wanted, const std::vector<contract_offer>& offers) {
  std::string out;
  for (const auto& offer : offers) {
    const auto asked = std::any_of(wanted.begin(), wanted.end(), [&offer](const requirement& r) {
      return r.type == offer.type;
    });
    if (asked)
      out += (out.empty() ? "" : ", ") + shown(offer);
  }
  return out.empty() ? "nothing of the kind" : out;
}

/// The leading `x.y.z`, `x.y` or `x` of a text; empty when there is none.
std::string_view leading_numbers(std::string_view text) {
  constexpr int most_dots = 2;
  int dots = 0;
  std::size_t end = 0;
  while (end < text.size() && (is_digit(text[end]) || (text[end] == '.' && dots < most_dots)))
    dots += text[end++] == '.' ? 1 : 0;
  while (end > 0 && text[end - 1] == '.')
    --end;
  return text.substr(0, end);
}

std::string version_in(std::string_view numbers) {
  const auto found = semantic_version::parse(numbers);
  return found ? to_string(*found) : std::string{};
}

std::string lower_case(std::string text) {
  for (char& c : text)
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

void sort_out(
  const std::set<service_name>& lost, const std::vector<candidate>& services, admission& out) {
  for (const auto& service : services) {
    if (lost.contains(service.name))
      (service.optional ? out.left_out : out.missed).push_back(service.name);
  }
  std::sort(out.left_out.begin(), out.left_out.end());
  std::sort(out.missed.begin(), out.missed.end());
}

} // namespace

std::string to_string(const requirement& x) {
  return x.type + (x.slug.empty() ? "" : ' ' + x.slug) + (x.version.empty() ? "" : ' ' + x.version)
         + (x.has_data ? " with data" : "");
}

service_contract read_contract(const node& n, const std::string& service) {
  return contract_reader{service}.read(n);
}

std::vector<contract_offer> offers_of(const device_facts& device) {
  std::vector<contract_offer> out;
  const auto offer = [&out](const char* type, const std::string& slug, const std::string& version) {
    if (!slug.empty() || !version.empty())
      out.push_back({type, slug, version});
  };
  // "12 (bookworm)"
  const auto os_version = device.os_number.substr(0, device.os_number.find(' '));
  offer("arch.sw", device.arch, "");
  offer("hw.device-type", device.type, "");
  offer("sw.kernel",
    lower_case(device.kernel_name),
    version_in(leading_numbers(device.kernel_release)));
  offer("sw.l4t", "", l4t_version(device.kernel_release).value_or(""));
  offer("sw.os", device.os_slug, os_version);
  offer("sw.supervisor", "", device.supervisor_version);
  return out;
}

std::optional<std::string> l4t_version(std::string_view kernel_release) {
  constexpr std::string_view mark = "-l4t-r";
  const auto at = kernel_release.find(mark);
  if (at == std::string_view::npos)
    return std::nullopt;
  const auto numbers = leading_numbers(kernel_release.substr(at + mark.size()));
  if (numbers.find('.') == std::string_view::npos)
    return std::nullopt;
  return version_in(numbers);
}

std::vector<std::string> unmet_parts(
  const service_contract& contract, const std::vector<contract_offer>& offers) {
  std::vector<std::string> out;
  for (const auto& alternatives : contract.wants) {
    const auto is_met = [&offers](const requirement& wanted) {
      return std::any_of(offers.begin(), offers.end(), [&wanted](const contract_offer& offer) {
        return meets(offer, wanted);
      });
    };
    if (std::any_of(alternatives.begin(), alternatives.end(), is_met))
      continue;
    std::string text;
    for (const auto& wanted : alternatives)
      text += (text.empty() ? "" : " or ") + to_string(wanted);
    out.push_back((text.empty() ? "one of nothing" : text) + ", and this device has "
                  + what_there_is(alternatives, offers));
  }
  return out;
}

admission admit(const std::vector<candidate>& services) {
  std::set<service_name> lost;
  for (const auto& service : services) {
    if (!service.met)
      lost.insert(service.name);
  }
  // Whoever shares the network of a lost one is lost with it, and so on.
  for (auto before = lost.size() + 1; before != lost.size();) {
    before = lost.size();
    for (const auto& service : services) {
      if (lost.contains(service.network_of))
        lost.insert(service.name);
    }
  }
  admission out;
  sort_out(lost, services, out);
  return out;
}

std::string rejection_text(const admission& x) {
  std::string names;
  for (const auto& name : x.missed)
    names += (names.empty() ? "" : ", ") + name.value;
  return "Services with unmet requirements: " + names;
}

} // namespace copal::planning

#include "adapters/registry/wire.hpp"

#include "adapters/json/json.hpp"
#include "messages/model/image.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace copal::registry {

namespace {

constexpr std::size_t most_layers = 10'000;

error wrong(const std::string& where, const std::string& expected) {
  return {errc::corrupt, where + ": expected " + expected};
}

result<value> read_map(std::string_view text, const char* what) {
  auto read = json::parse(text);
  if (!read)
    return fail(errc::corrupt, std::string{what} + ": " + read.error().what);
  if (read->as_map() == nullptr)
    return fail(wrong(what, "an object"));
  return std::move(*read);
}

std::string text_at(const value& of, std::string_view key) {
  const auto* found = of.find(key);
  const auto* text = found == nullptr ? nullptr : found->as_text();
  return text == nullptr ? std::string{} : *text;
}

/// `algorithm:hex`: it becomes a part of a path.
bool is_digest(const std::string& text) {
  const auto ref = image_reference::parse("x@" + text);
  return ref && ref->digest == text;
}

result<descriptor> read_descriptor(const value& x, const std::string& where) {
  descriptor out;
  out.digest = text_at(x, "digest");
  if (!is_digest(out.digest))
    return fail(wrong(where, "a digest"));
  const auto* bytes = x.find("size");
  if (bytes == nullptr || bytes->as_integer() == nullptr || *bytes->as_integer() < 0)
    return fail(wrong(where, "a size"));
  out.bytes = *bytes->as_integer();
  out.runs_on.os.clear();
  if (const auto* platform = x.find("platform"); platform != nullptr) {
    out.runs_on.os = text_at(*platform, "os");
    out.runs_on.architecture = text_at(*platform, "architecture");
    out.runs_on.variant = text_at(*platform, "variant");
  }
  return out;
}

result<std::vector<descriptor>> read_descriptors(const value& list, const std::string& where) {
  if (list.as_list() == nullptr)
    return fail(wrong(where, "a list"));
  if (list.as_list()->size() > most_layers)
    return fail(errc::exhausted, where + ": more than " + std::to_string(most_layers));
  std::vector<descriptor> out;
  for (const auto& x : *list.as_list()) {
    auto read = read_descriptor(x, where + '[' + std::to_string(out.size()) + ']');
    if (!read)
      return fail(std::move(read.error()));
    out.push_back(std::move(*read));
  }
  return out;
}

/// How near a made-for is to the machine: 0 not at all, more is nearer.
int nearness(const platform& made_for, const platform& runs_on) {
  if (made_for.os != runs_on.os || made_for.architecture != runs_on.architecture)
    return 0;
  constexpr int exact = 100;
  if (made_for.variant == runs_on.variant)
    return exact;
  if (runs_on.architecture != "arm")
    return 1; // `v8` of arm64, and levels of amd64 that images seldom name
  if (made_for.variant.empty() || runs_on.variant.empty())
    return 1;
  return made_for.variant < runs_on.variant ? made_for.variant.back() : 0;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return text;
}

std::string encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.' || c == '~') {
      out += c;
      continue;
    }
    out += '%';
    out += digits[byte >> 4U];
    out += digits[byte & 0x0FU];
  }
  return out;
}

/// The next `name="value"` or `name=value` of a challenge; what was read goes.
std::optional<std::pair<std::string, std::string>> next_parameter(std::string_view& text) {
  const auto begin = text.find_first_not_of(" \t,");
  const auto equals = begin == std::string_view::npos ? begin : text.find('=', begin);
  if (equals == std::string_view::npos)
    return std::nullopt;
  auto name = lower(std::string{text.substr(begin, equals - begin)});
  text.remove_prefix(equals + 1);
  std::string what;
  if (!text.starts_with('"')) {
    const auto end = std::min(text.find_first_of(" ,\t"), text.size());
    what = text.substr(0, end);
    text.remove_prefix(end);
    return std::pair{std::move(name), std::move(what)};
  }
  std::size_t i = 1;
  for (; i < text.size() && text[i] != '"'; ++i) {
    if (text[i] == '\\' && i + 1 < text.size())
      ++i;
    what += text[i];
  }
  text.remove_prefix(std::min(i + 1, text.size()));
  return std::pair{std::move(name), std::move(what)};
}

} // namespace

result<place> place_of(const std::string& image) {
  const auto ref = image_reference::parse(image);
  if (!ref)
    return fail(ref.error());
  place out{ref->registry,
    ref->repository,
    ref->digest.empty() ? ref->tag : ref->digest,
    ref->registry.empty() ? "docker.io" : ref->registry};
  if (out.login == "docker.io" || out.login == "index.docker.io") {
    out.host = "registry-1.docker.io";
    if (out.repository.find('/') == std::string::npos)
      out.repository.insert(0, "library/");
  }
  constexpr std::string_view in_paths =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/:";
  for (const auto* part : {&out.repository, &out.reference, &out.host}) {
    if (part->find_first_not_of(in_paths) != std::string::npos || part->find("..") != part->npos)
      return fail(errc::invalid_input, "'" + image + "' is no name of a registry's image");
  }
  return out;
}

bool is_insecure(const std::string& host, const std::vector<std::string>& insecure) {
  const auto name = host.substr(0, host.find(':'));
  if (name == "localhost")
    return true;
  const auto is_number = name.find_first_not_of("0123456789.") == std::string::npos;
  if (is_number && name.starts_with("127."))
    return true;
  return std::any_of(insecure.begin(), insecure.end(), [&](const std::string& one) {
    return one == host || one == name;
  });
}

std::string accept_manifests() {
  return "Accept: application/vnd.oci.image.index.v1+json, "
         "application/vnd.docker.distribution.manifest.list.v2+json, "
         "application/vnd.oci.image.manifest.v1+json, "
         "application/vnd.docker.distribution.manifest.v2+json";
}

result<std::variant<image_index, image_manifest>> read_manifest(std::string_view text) {
  const auto doc = read_map(text, "manifest");
  if (!doc)
    return fail(doc.error());
  using either = std::variant<image_index, image_manifest>;
  if (const auto* manifests = doc->find("manifests"); manifests != nullptr) {
    auto list = read_descriptors(*manifests, "manifests");
    if (!list)
      return fail(std::move(list.error()));
    return either{image_index{std::move(*list)}};
  }
  const auto* config = doc->find("config");
  const auto* layers = doc->find("layers");
  if (config == nullptr || layers == nullptr)
    return fail(wrong("manifest", "'manifests', or 'config' and 'layers'"));
  auto first = read_descriptor(*config, "config");
  if (!first)
    return fail(std::move(first.error()));
  auto list = read_descriptors(*layers, "layers");
  if (!list)
    return fail(std::move(list.error()));
  return either{image_manifest{std::move(*first), std::move(*list)}};
}

result<descriptor> choose(const image_index& index, const platform& runs_on) {
  const descriptor* best = nullptr;
  int how_near = 0;
  for (const auto& one : index.manifests) {
    if (const auto near = nearness(one.runs_on, runs_on); near > how_near) {
      best = &one;
      how_near = near;
    }
  }
  if (best == nullptr)
    return fail(errc::not_found,
      "the image is not made for " + runs_on.os + '/' + runs_on.architecture
        + (runs_on.variant.empty() ? "" : '/' + runs_on.variant));
  return *best;
}

result<std::vector<std::string>> read_config(std::string_view text) {
  const auto doc = read_map(text, "configuration");
  if (!doc)
    return fail(doc.error());
  const auto* files = doc->find("rootfs");
  const auto* ids = files == nullptr ? nullptr : files->find("diff_ids");
  if (ids == nullptr || ids->as_list() == nullptr)
    return fail(wrong("rootfs.diff_ids", "a list"));
  std::vector<std::string> out;
  for (const auto& x : *ids->as_list()) {
    if (x.as_text() == nullptr || !is_digest(*x.as_text()))
      return fail(wrong("rootfs.diff_ids[" + std::to_string(out.size()) + ']', "a digest"));
    out.push_back(*x.as_text());
  }
  return out;
}

result<remote_image> join(
  std::string digest, const image_manifest& manifest, const std::vector<std::string>& diff_ids) {
  if (manifest.layers.size() != diff_ids.size())
    return fail(errc::corrupt,
      "the manifest has " + std::to_string(manifest.layers.size())
        + " layers, and the configuration " + std::to_string(diff_ids.size()));
  remote_image out{std::move(digest), manifest.config.digest, {}};
  for (std::size_t i = 0; i < diff_ids.size(); ++i)
    out.layers.push_back({manifest.layers[i].digest, diff_ids[i], manifest.layers[i].bytes});
  return out;
}

std::optional<challenge> read_challenge(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos)
    return std::nullopt;
  text.remove_prefix(begin);
  const auto end = std::min(text.find_first_of(" \t"), text.size());
  const auto scheme = lower(std::string{text.substr(0, end)});
  text.remove_prefix(end);
  challenge out;
  if (scheme == "bearer")
    out.how = challenge::kind::bearer;
  else if (scheme != "basic")
    return std::nullopt;
  while (auto parameter = next_parameter(text)) {
    auto& [name, what] = *parameter;
    if (name == "realm")
      out.realm = std::move(what);
    else if (name == "service")
      out.service = std::move(what);
    else if (name == "scope")
      out.scope = std::move(what);
  }
  if (out.how == challenge::kind::bearer && out.realm.empty())
    return std::nullopt;
  return out;
}

std::string token_url(const challenge& x) {
  auto out = x.realm;
  auto before = out.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, what] :
    {std::pair{"service", &x.service}, std::pair{"scope", &x.scope}}) {
    if (what->empty())
      continue;
    out += before + std::string{name} + '=' + encoded(*what);
    before = '&';
  }
  return out;
}

result<secret> read_token(std::string_view text) {
  const auto doc = read_map(text, "token");
  if (!doc)
    return fail(doc.error());
  for (const auto* name : {"token", "access_token"}) {
    const auto found = text_at(*doc, name);
    const auto clean = std::all_of(found.begin(), found.end(), [](char c) {
      return c > ' ' && c <= '~'; // it becomes a line of a request
    });
    if (!found.empty() && clean)
      return secret{found};
  }
  return fail(wrong("token", "'token' or 'access_token'"));
}

} // namespace copal::registry

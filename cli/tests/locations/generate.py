"""Makes the databases of this folder anew: `pip install mmdb_writer==0.2.7`, then `python generate.py`.

The networks are those for documentation (RFC 5737, RFC 3849); nobody is there.
"""

from pathlib import Path

from mmdb_writer import MMDBWriter
from netaddr import IPSet

HERE = Path(__file__).parent
CITIES = {
    "198.51.100.0/24": ("Berlin", "DE", 52.52, 13.4),
    "203.0.113.0/24": ("Lima", "PE", -12.05, -77.04),
    "2001:db8::/32": ("Auckland", "NZ", -36.85, 174.76),
}


def write(name: str, kind: str, networks: dict) -> None:
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type=kind, languages=["en"], description="made up")
    for network, value in networks.items():
        writer.insert_network(IPSet([network]), value)
    writer.to_db_file(str(HERE / name))


write("cities.mmdb", "Trailreflex-Test-City", {
    network: {"city": {"names": {"en": city}}, "country": {"iso_code": country},
              "location": {"latitude": latitude, "longitude": longitude}}
    for network, (city, country, latitude, longitude) in CITIES.items()
})
write("countries.mmdb", "Trailreflex-Test-Country", {
    network: {"country": {"iso_code": country}} for network, (_, country, _, _) in CITIES.items()
})

"""Addresses and ways to write them that no source may be sent to."""

_INNER_V4 = """
    0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 100.100.100.200 127.0.0.1 127.1.2.3
    169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.8 192.0.0.170
    192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.1
    203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
"""
INNER_V4 = _INNER_V4.split()
"""This host, private, shared, loopback, link-local, metadata, protocol, documentation, 6to4 relays,
benchmarks, groups, reserved, everybody."""

_INNER_V6 = """
    :: ::1 ::2:1 fe80::1 fe80::a9fe:a9fe febf::1 fec0::1 fc00::1 fd00:ec2::254 fd12:3456:789a::1 ff02::1
    ff0e::1 100::1 100:0:0:1::1 2001::1 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 3fff::1 5f00::1 4000::1
    ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0:127.0.0.1 ::127.0.0.1 ::10.0.0.1
    ::a9fe:a9fe ::8.8.8.8 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::7f00:1 64:ff9b:1::808:808
    64:ff9b:1:fffe::a00:1 2001:0:7f00:1::1 2001:0:4136:e378:8000:63bf:80ff:fffe 2002:7f00:1::1
    2002:a00:1::1 2002:a9fe:a9fe::1 2002:c0a8:1::1
"""
INNER_V6 = _INNER_V6.split()
"""The same in IPv6, and IPv4 inside of it: mapped, translated, compatible, NAT64 (the local prefix too),
Teredo, 6to4."""

_PUBLIC = """
    8.8.8.8 1.1.1.1 192.0.1.1 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 2606:4700:4700::1111
    ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1 2a00:1450:4001::1
"""
PUBLIC = _PUBLIC.split()

WRITTEN = [
    "http://localhost/",
    "http://localhost./",
    "http://LOCALHOST/",
    "http://127.0.0.1./",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0x7f.1/",
    "http://017700000001/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://0/",
    "http://10.1/",
    "http://0xa9fea9fe/",
    "http://2852039166/",
    "http://0251.0376.0251.0376/",
    "http://169.254.43518/",
    "http://127.0.0.1:80/",
    "http://127.0.0.1:443/",
    "http://[::1]:80/",
    "http://[fe80::1%25lo]/",
    "http://[fe80::1%lo]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://\uff11\uff12\uff17.\uff10.\uff10.\uff11/",
    "http://\u2460\u2461\u2466.0.0.1/",
    "http://127\u30020\u30020\u30021/",
    "http://127.0.0\uff0e1/",
    "http://\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54/",
    "http://%31%32%37.0.0.1/",
    "http://127.0.0.1%00.example.org/",
    "http://example.org@127.0.0.1/",
    "http://user:key@127.0.0.1/",
    "http://@127.0.0.1/",
    "http://example.org:80@127.0.0.1/",
    "http://example.org%40127.0.0.1/",
    "http://127.0.0.1\\@example.org/",
    "http://example.org\\@127.0.0.1/",
    "http:\\\\127.0.0.1\\",
    "http:/\\127.0.0.1/",
    "http:127.0.0.1/",
    "http:///127.0.0.1/",
    "http://127.0.0.1#@example.org/",
    "http://127.0.0.1?@example.org/",
    "http://127.0.0.1;example.org/",
    "http://example.org:@127.0.0.1/",
    "http://127.0.0.1\t/",
    "http://127.0\n.0.1/",
    " http://127.0.0.1/",
    "http://127.0.0.1 /",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://100.100.100.200/latest/meta-data/",
    "http://8.8.8.8:22/",
    "http://8.8.8.8:25/",
    "http://8.8.8.8:6379/",
    "http://8.8.8.8:8080/",
    "http://8.8.8.8:0/",
    "http://8.8.8.8:65536/",
    "http://8.8.8.8:-80/",
    "http://8.8.8.8:8\uff10/",
    "https://127.0.0.1/",
    "https://[::1]/",
    "file:///etc/passwd",
    "file://localhost/etc/passwd",
    "FILE:///etc/passwd",
    "gopher://127.0.0.1:6379/_INFO",
    "ftp://127.0.0.1/",
    "dict://127.0.0.1:11211/stats",
    "data:application/rss+xml,<rss/>",
    "javascript:alert(1)",
    "jar:http://127.0.0.1/!/",
    "ldap://127.0.0.1/",
    "unix:///run/docker.sock",
    "http+unix://%2Frun%2Fdocker.sock/",
    "view-source:http://127.0.0.1/",
    "feed://127.0.0.1/",
    "ws://127.0.0.1/",
    "//127.0.0.1/",
    "http://",
    "http://[/",
    "http://[::1/",
    "http://[127.0.0.1]/",
    "http://[v1.x]/",
    "http://.../",
    "http://*/",
    "http://" + "a" * 70 + ".example/",
    "http://" + "a." * 200 + "example/",
]
"""One inner host in many spellings, other ports and schemes, and what is no address."""

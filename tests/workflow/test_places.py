import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.places import AreaIndex, bounding_box, coarse, distance_m, from_wgs84, to_wgs84

LOUFENG = (31.305, 120.655)
latitudes = st.floats(3, 54)
longitudes = st.floats(73, 136)
anywhere = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


# WGS-84 and GCJ-02 of places in Shanghai, Shenzhen and Beijing, as public converters publish them for their own tests.
@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
        ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
        ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
        ((39.915, 116.404), (39.91640428150164, 116.41024449916938)),
    ],
)
def test_gcj02_agrees_with_public_converters(wgs84, gcj02):
    assert from_wgs84(*wgs84, "gcj02") == pytest.approx(gcj02, abs=2e-6)
    assert to_wgs84(*gcj02, "gcj02") == pytest.approx(wgs84, abs=2e-6)


def test_bd09_agrees_with_public_converters():
    wgs84 = to_wgs84(39.92133699351021, 116.41036949371029, "bd09")
    assert from_wgs84(*wgs84, "gcj02") == pytest.approx((39.915, 116.404), abs=1e-9)


def test_mixing_data_up_moves_a_pin_by_hundreds_of_metres():
    assert 100 < distance_m(LOUFENG, from_wgs84(*LOUFENG, "gcj02")) < 700
    assert 700 < distance_m(LOUFENG, from_wgs84(*LOUFENG, "bd09")) < 1500


@settings(max_examples=150, deadline=None)
@given(latitudes, longitudes, st.sampled_from(["wgs84", "gcj02", "bd09"]))
def test_the_way_there_and_back_is_exact(lat, lng, datum):
    back = to_wgs84(*from_wgs84(lat, lng, datum), datum)
    assert back == pytest.approx((lat, lng), abs=1e-9, rel=0)


@pytest.mark.parametrize("lng", [105.0, 105.0 + 1e-12, 105.0 - 1e-9])
def test_it_is_exact_where_the_offset_has_a_crease(lng):
    assert to_wgs84(*from_wgs84(35, lng, "gcj02"), "gcj02") == pytest.approx((35, lng), abs=1e-9, rel=0)


@given(anywhere, st.sampled_from(["gcj02", "bd09"]))
def test_no_place_on_earth_is_too_odd(place, datum):
    assert all(math.isfinite(number) for number in to_wgs84(*place, datum) + from_wgs84(*place, datum))


@pytest.mark.parametrize("place", [(48.8566, 2.3522), (-33.87, 151.21), (0.0, 0.0), (90.0, 180.0), (-90.0, -180.0)])
def test_abroad_the_data_are_one(place):
    for datum in ("wgs84", "gcj02", "bd09"):
        assert to_wgs84(*place, datum) == place
        assert from_wgs84(*place, datum) == place


@pytest.mark.parametrize("place", [(90.1, 0), (0, 180.1), (math.nan, 0), (0, math.inf)])
def test_it_refuses_what_is_no_place(place):
    for verb in (to_wgs84, from_wgs84):
        with pytest.raises(ValueError, match="no place"):
            verb(*place, "gcj02")
    with pytest.raises(ValueError, match="no place"):
        bounding_box(*place, 50)
    with pytest.raises(ValueError, match="no place"):
        coarse(*place)


def test_it_refuses_an_unknown_datum():
    with pytest.raises(ValueError, match="cgcs2000"):
        to_wgs84(*LOUFENG, "cgcs2000")
    with pytest.raises(ValueError, match="cgcs2000"):
        from_wgs84(0, 0, "cgcs2000")


def test_distances_are_metres():
    assert distance_m(LOUFENG, LOUFENG) == 0
    assert distance_m((0, 0), (0, 1)) == pytest.approx(111_195, abs=1)
    assert distance_m((0, 0), (0, 180)) == pytest.approx(20_015_115, abs=1)
    # Tiananmen to the Bund's Customs House: 1,067 km on the ellipsoid.
    assert distance_m((39.9075, 116.3972), (31.2380, 121.4858)) == pytest.approx(1_067_000, rel=0.006)


@given(anywhere, st.floats(0, 400_000), st.floats(0, 2 * math.pi), st.floats(0, 1))
def test_a_bounding_box_holds_its_circle(place, metres, bearing, share):
    lat, lng = map(math.radians, place)
    angle = metres * share / 6_371_008.8
    there = math.asin(math.sin(lat) * math.cos(angle) + math.cos(lat) * math.sin(angle) * math.cos(bearing))
    sideways = math.atan2(
        math.sin(bearing) * math.sin(angle) * math.cos(lat), math.cos(angle) - math.sin(lat) * math.sin(there)
    )
    end_lat, end_lng = math.degrees(there), (math.degrees(lng + sideways) + 540) % 360 - 180
    south, west, north, east = bounding_box(*place, metres)
    assert south - 1e-9 <= end_lat <= north + 1e-9
    assert west - 1e-9 <= end_lng <= east + 1e-9


def test_a_bounding_box_is_no_larger_than_it_must_be():
    south, west, north, east = bounding_box(*LOUFENG, 50)
    assert distance_m((south, LOUFENG[1]), (north, LOUFENG[1])) == pytest.approx(100, abs=0.01)
    assert distance_m((LOUFENG[0], west), (LOUFENG[0], east)) == pytest.approx(100, abs=0.01)


@pytest.mark.parametrize("metres", [-1, math.nan, math.inf])
def test_a_bounding_box_needs_a_distance(metres):
    with pytest.raises(ValueError, match="no distance"):
        bounding_box(*LOUFENG, metres)


@given(st.tuples(st.floats(-89, 89), st.floats(-179.9, 179.9)))
def test_a_coarse_place_is_near_and_stays_itself(place):
    rough = coarse(*place)
    assert distance_m(place, rough) < 145
    assert coarse(*rough) == rough


def test_neighbours_share_a_coarse_place():
    assert coarse(31.30500, 120.65500) == coarse(31.30502, 120.65502)
    assert distance_m(coarse(31.305, 120.655), coarse(31.307, 120.655)) == pytest.approx(200, abs=3)


def square(west, south, size, hole=None):
    def ring(x, y, side):
        return [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]

    return {"type": "Polygon", "coordinates": [ring(west, south, size)] + ([ring(*hole)] if hole else [])}


STREET = square(120.0, 31.0, 0.1, hole=(120.04, 31.04, 0.02))
COMMUNITY = square(120.0, 31.0, 0.03)
ISLANDS = {"type": "MultiPolygon", "coordinates": [square(x, 31.0, 0.1)["coordinates"] for x in (120.1, 120.5)]}
CITY = AreaIndex([("street", STREET), ("islands", ISLANDS), ("community", COMMUNITY)])


@pytest.mark.parametrize(
    ("lat", "lng", "areas"),
    [
        (31.01, 120.01, ["community", "street"]),
        (31.09, 120.05, ["street"]),
        (31.03, 120.03, ["community", "street"]),  # the community's corner
        (31.05, 120.00, ["street"]),  # the street's edge
        (31.05, 120.05, []),  # in the hole
        (31.05, 120.04, ["street"]),  # on the hole's edge
        (31.04, 120.04, ["street"]),  # on the hole's corner
        (31.05, 120.10, ["street", "islands"]),  # the border of two
        (31.05, 120.55, ["islands"]),
        (31.05, 120.45, []),
        (31.00, 120.00, ["community", "street"]),
        (30.999999, 120.00, []),
    ],
)
def test_a_border_belongs_to_the_area_and_a_hole_does_not(lat, lng, areas):
    assert CITY.covering(lat, lng) == areas


def test_equal_areas_come_in_the_order_given():
    twins = AreaIndex([("second", COMMUNITY), ("first", COMMUNITY)])
    assert twins.covering(31.01, 120.01) == ["second", "first"]


def test_nearest_is_by_metres_and_not_by_degrees():
    # At 60° north a degree of longitude is half as long: 0.15° east is nearer than 0.1° south.
    index = AreaIndex([("south", square(20.0, 59.8, 0.1)), ("east", square(20.2, 60.0, 0.1))])
    key, metres = index.nearest(60.0, 20.05)
    assert key == "east"
    assert metres == pytest.approx(distance_m((60.0, 20.05), (60.0, 20.2)), rel=1e-6)


def test_nearest_is_zero_inside_and_none_without_areas():
    assert CITY.nearest(31.01, 120.01) == ("community", 0.0)
    assert CITY.nearest(31.05, 120.05)[0] == "street"
    assert CITY.nearest(31.05, 120.05)[1] == pytest.approx(952, abs=2)
    assert AreaIndex([]).nearest(31, 120) is None
    assert AreaIndex([]).covering(31, 120) == []


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": [120, 31]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[120, 31], [121, 31]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]},
        {"type": "Polygon", "coordinates": "here"},
        {"type": "Polygon", "coordinates": [[["a", "b"], ["c", "d"], ["e", "f"], ["a", "b"]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, None], [1, 1], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [math.nan, 1], [1, 1], [0, 0]]]},
        {"type": "Polygon"},
        {"coordinates": []},
        square(31.0, 120.0, 0.1),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
def test_it_names_the_area_that_is_none(geometry):
    with pytest.raises(ValueError, match="area 320571"):
        AreaIndex([("320571", geometry)])
